// How often each internal operation runs, in percent over the kernels (npm run profile measures it). Operations named here
// live in the interpreter's main loop, the others in its cold part. Names: op table names with _ for ., `_k` with a constant, `j_`
// fused branches.
export const weights: { [operation: string]: number } = {
  i32_add: 8, i32_add_k: 8, i32_sub: 2, i32_mul: 1, i32_mul_k: 0.5, i32_and_k: 3, i32_and: 1, i32_or: 2, i32_xor: 3, i32_shl_k: 3, i32_shr_u_k: 3,
  i32_shr_s_k: 1, i32_shl: 0.5, i32_shr_u: 0.5, i32_rotl: 1, i32_lt_s: 0.5, i32_lt_u: 0.5, i32_eqz: 0.5, i32_load: 8, i32_store: 5, i32_load8_u: 2, i32_store8: 2,
  i32_load8_s: 0.3, i32_load16_u: 0.5, i64_load: 1, i64_store: 1, f64_load: 4, f64_store: 3, f32_load: 1, f32_store: 1, f64_add: 4, f64_sub: 2, f64_mul: 4, f64_div: 0.5, f64_neg: 0.3,
  f32_add: 1, f32_sub: 0.5, f32_mul: 1, i64_add: 1, i64_xor: 1, i64_mul: 0.5, i64_shl: 0.5, i64_shr_u: 0.5, i64_or: 0.3, i64_and: 0.3,
  mov: 5, mov64: 3, const: 2, const32: 1, const64: 0.5, select: 0.3, br: 2, jnz: 2, jz: 1, loop: 1, call: 1, return: 0.5, return_v: 0.5, return_v64: 0.2, global_get: 0.5, global_set: 0.5,
  j_i32_ne: 2, j_i32_eq: 1, j_i32_lt_s: 1, j_i32_lt_u: 1, j_i32_ge_s: 1, j_i32_ge_u: 1, j_i32_gt_s: 0.3, j_i32_gt_u: 0.3, j_i32_le_s: 0.3, j_i32_le_u: 0.3, j_i32_ne_k: 2, j_i32_eq_k: 1, j_i32_lt_s_k: 0.5, j_i32_lt_u_k: 0.5,
}; // biome-ignore format: a table
