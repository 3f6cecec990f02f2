;; The greatest common divisor, by a tail call: it runs in a constant stack.
(module $gcd
  (func $gcd (export "gcd") (param $a i32) (param $b i32) (result i32)
    (if (result i32) (i32.eqz (local.get $b))
      (then (local.get $a))
      (else
        (return_call $gcd (local.get $b) (i32.rem_u (local.get $a) (local.get $b)))))))
