/** Takes a payload and gives it back after an exclamation mark. */
export const ECHO = `(module
  (import "arbiter" "fuel" (func $fuel (result i64)))
  (memory (export "memory") 1)
  (func (export "allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "invoke") (param $at i32) (param $length i32) (result i32)
    (i32.store (i32.const 0) (i32.add (local.get $length) (i32.const 1)))
    (i32.store8 (i32.const 4) (i32.const 33))
    (memory.copy (i32.const 5) (local.get $at) (local.get $length))
    (i32.const 0)))`;
