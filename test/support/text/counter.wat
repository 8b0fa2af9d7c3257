;; Typed convention: a counter in a global, a cell of memory and a table, with functions that fail halfway.
(module
  (memory (export "memory") 1)
  (global $count (export "count") (mut i64) (i64.const 0))

  (func $add (export "add") (param $by i64) (result i64)
    (global.set $count (i64.add (global.get $count) (local.get $by)))
    (i64.store (i32.const 8) (global.get $count))
    (global.get $count))

  (func (export "add_and_trap") (param $by i64)
    (drop (call $add (local.get $by)))
    unreachable)

  (func (export "spin") (loop (br 0)))

  (func (export "dive") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (call 3 (i32.sub (local.get 0) (i32.const 1))))
      (else (i32.const 7))))

  (func (export "both") (result i64 i32)
    (global.get $count) (i32.wrap_i64 (i64.load (i32.const 8)))))
