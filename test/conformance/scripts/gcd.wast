;; Two modules that link, a trap and a text that is no module's: what a script of assertions looks like.
(module $arithmetic
  (func $gcd (export "gcd") (param $a i32) (param $b i32) (result i32)
    (if (result i32) (i32.eqz (local.get $b))
      (then (local.get $a))
      (else (return_call $gcd (local.get $b) (i32.rem_u (local.get $a) (local.get $b))))))
  (func (export "remainder") (param i32 i32) (result i32)
    (i32.rem_u (local.get 0) (local.get 1))))
(assert_return (invoke "gcd" (i32.const 48) (i32.const 36)) (i32.const 12))
(assert_return (invoke "gcd" (i32.const 7) (i32.const 0)) (i32.const 7))
(assert_trap (invoke "remainder" (i32.const 7) (i32.const 0)) "integer divide by zero")

(register "arithmetic" $arithmetic)
(module
  (import "arithmetic" "gcd" (func $gcd (param i32 i32) (result i32)))
  (func (export "coprime") (param i32 i32) (result i32)
    (i32.eq (call $gcd (local.get 0) (local.get 1)) (i32.const 1))))
(assert_return (invoke "coprime" (i32.const 9) (i32.const 28)) (i32.const 1))
(assert_invalid (module (func (result i32) (i64.const 1))) "type mismatch")
(assert_malformed (module quote "(func (result i33))") "unexpected token")
(assert_unlinkable (module (import "arithmetic" "lcm" (func))) "unknown import")
