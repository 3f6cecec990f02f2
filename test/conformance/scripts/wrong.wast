;; Expectations that are wrong, to see how that is told.
(module
  (import "spectest" "print_i64" (func $print (param i64)))
  (func (export "half") (param f32) (result f32) (f32.div (local.get 0) (f32.const 2)))
  (func (export "print") (param i64) (call $print (local.get 0))))
(invoke "print" (i64.const -5000000000))
(assert_return (invoke "half" (f32.const 3)) (f32.const 1))
  (assert_trap (invoke "half" (f32.const 3)) "integer overflow")
(assert_invalid (module (func)) "type mismatch")
(invoke "double" (f32.const 3))
(module (func (param $a i32) (result i32) (i32.add (local.get $a) (local.get $b))))
