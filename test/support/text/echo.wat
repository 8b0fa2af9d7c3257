;; Payload convention: answers with the request itself. A request that begins with "!" traps after it has been counted.
(module
  (memory (export "memory") 1 4)
  (global $count (export "count") (mut i32) (i32.const 0))
  (global $released (export "released") (mut i32) (i32.const 0))

  ;; Room behind the answer's length, and pages enough for it.
  (func (export "allocate") (param $size i32) (result i32)
    (local $pages i32)
    (local.set $pages (i32.sub (i32.add (i32.shr_u (local.get $size) (i32.const 16)) (i32.const 2)) (memory.size)))
    (if (i32.gt_s (local.get $pages) (i32.const 0))
      (then (if (i32.lt_s (memory.grow (local.get $pages)) (i32.const 0)) (then unreachable))))
    (i32.const 1028))

  (func (export "invoke") (param $pointer i32) (param $length i32) (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (if (local.get $length)
      (then (if (i32.eq (i32.load8_u (local.get $pointer)) (i32.const 33)) (then unreachable))))
    (i32.store (i32.const 1024) (local.get $length))
    (i32.const 1024))

  (func (export "deallocate") (param i32 i32)
    (global.set $released (i32.add (global.get $released) (local.get 1)))))
