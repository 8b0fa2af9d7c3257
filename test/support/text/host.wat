;; Typed convention: every host function that guests may use, called directly and through a table.
(module
  (import "arbiter" "fuel" (func $fuel (result i64)))
  (import "arbiter" "input_length" (func $input_length (result i64)))
  (import "arbiter" "input_load" (func $input_load (param i64) (result i64)))
  (import "arbiter" "input_read" (func $input_read (param i32 i64 i32)))
  (import "arbiter" "output_write" (func $output_write (param i32 i32)))
  (import "arbiter" "output_append" (func $output_append (param i64)))
  (type $load (func (param i64) (result i64)))
  (type $read (func (param i32 i64 i32)))
  (type $write (func (param i32 i32)))
  (memory (export "memory") 1)
  (table funcref (elem $input_load $input_read $output_write))
  (export "input_length" (func $input_length))

  (func (export "fuel_twice") (result i64 i64) (call $fuel) (call $fuel))

  (func (export "copy") (param $from i64) (param $length i32)
    (call $input_read (i32.const 100) (local.get $from) (local.get $length))
    (call $output_write (i32.const 100) (local.get $length)))

  (func (export "copy_by_table") (param $from i64) (param $length i32)
    (call_indirect (type $read) (i32.const 100) (local.get $from) (local.get $length) (i32.const 1))
    (call_indirect (type $write) (i32.const 100) (local.get $length) (i32.const 2)))

  (func (export "load_by_table") (param i64) (result i64)
    (call_indirect (type $load) (local.get 0) (i32.const 0)))

  (func (export "append") (param i64) (call $output_append (local.get 0))))
