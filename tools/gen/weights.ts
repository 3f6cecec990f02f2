// How often each internal operation runs, in percent over the kernels (npm run profile measures it). Operations named here
// live in the interpreter's main loop, the others in its cold part. Names: op table names with _ for ., `_k` with a constant, `j_`
// fused branches.
export const weights: { [operation: string]: number } = {
  inc: 9, i32_add_k: 6, i32_add: 5.73, f64_mul: 4.74, f64_add: 4.12, f64_load: 3.46, const64: 3.1, br: 2.63, mov: 2.62, f32_load: 2.51,
  i32_load: 2.45, j_i32_ne_k: 2.1, const: 1.99, i32_xor: 1.85, i32_shr_u_k: 1.77, const32: 1.63, f32_add: 1.43, i32_shl_k: 1.43,
  f32_mul: 1.43, i32_and_k: 1.4, jnz: 1.3, f64_sub: 1.19, i64_xor: 1.18, loop: 1.02, i32_store: 1.01, i32_store8: 0.95, f64_store: 0.92,
  i32_rotl: 0.84, call: 0.7, i64_add: 0.7, f32_store: 0.69, i64_mul: 0.67, i32_mul_k: 0.66, jz: 0.65, return_v: 0.64, j_i32_lt_s_k: 0.64,
  select: 0.61, j_i32_ne: 0.61, i64_shr_u: 0.58, i32_load8_u: 0.56, mov64: 0.53, j_i32_gt_s: 0.51, i32_and: 0.51, j_i32_lt_s: 0.47,
  f32_sub: 0.4, j_f64_gt: 0.36, i32_mul: 0.33, i64_load8_u: 0.31, j_i32_eq: 0.3, i32_gt_u_k: 0.29, j_i32_ge_s_k: 0.29, i32_sub: 0.29,
  f64_div: 0.27, i32_or: 0.26, i64_load: 0.25, j_i32_eq_k: 0.24, j_i32_le_s: 0.24, f32_demote_f64: 0.22, i64_shl: 0.2, i64_store: 0.19,
  f64_sqrt: 0.18, j_i32_ge_s: 0.18, f64_gt: 0.14, return_v64: 0.13, call_indirect: 0.11, i64_or: 0.11, f32_neg: 0.11, i64_and: 0.11,
  j_i32_ge_u: 0.1, i32_shr_s_k: 0.1, j_i32_lt_u: 0.1, f64_convert_i32_s: 0.1, i64_rotl: 0.08, i64_ne: 0.08, i64_div_s: 0.08,
  i64_clz: 0.08, i32_xor_k: 0.08, i32_div_u: 0.08, i64_shr_s: 0.08, j_i32_lt_u_k: 0.07, i32_eqz: 0.05, global_get: 0.05, return: 0.05,
  i32_shr_u: 0.05, global_set: 0.05, i32_lt_s: 0.05, i32_shl: 0.05, i32_load16_u: 0.05, i32_lt_u: 0.05, f32_convert_i32_s: 0.04,
  f64_neg: 0.04, j_i32_gt_u: 0.03, f32_lt: 0.03, j_i32_le_u: 0.03, i32_load8_s: 0.03, f32_abs: 0.03, i32_trunc_f32_s: 0.03,
  j_i32_gt_u_k: 0.03, i64_sub: 0.02, i64_div_u: 0.02,
}; // biome-ignore format: a table
