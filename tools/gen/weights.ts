// How often each internal operation runs, in percent over the kernels (npm run profile measures it). Operations named here
// live in the interpreter's main loop, the others in its cold part. Names: op table names with _ for ., `_k` with a constant, `j_`
// fused branches.
export const weights: { [operation: string]: number } = {
  inc: 10.14, i32_add_k: 6.55, i32_add: 5.43, f64_load: 4.06, br: 3.48, f64_mul: 3.16, f32_load: 2.94, f64_muladd: 2.88, mov: 2.86,
  j_i32_ne_k: 2.7, f64_add: 2.6, i32_xor: 2.23, i32_load: 2.18, load32_k: 2.12, i32_shr_u_k: 2.05, i64_xor: 1.71, i32_shl_k: 1.61,
  jnz: 1.57, i32_and_k: 1.54, load64_k: 1.19, loop: 1.17, const: 1.14, f32_muladd: 1.14, i32_store8: 1.12, f64_sub: 1.07, i32_rotl: 1.06,
  i64_mul: 0.99, i64_add: 0.96, f64_store: 0.92, i64_shr_u: 0.84, f32_store: 0.79, f32_add: 0.79, i32_mul_k: 0.79, jz: 0.79, call: 0.75,
  j_i32_lt_s_k: 0.74, return_v: 0.74, select: 0.73, i32_store: 0.7, j_i32_ne: 0.63, const64: 0.62, f32_mul: 0.62, j_i32_gt_s: 0.6,
  load32_x: 0.59, i32_and: 0.58, j_f64_gt: 0.52, j_i32_lt_s: 0.49, load64_x: 0.48, i64_load8_u: 0.48, load8_x: 0.48, mov64: 0.38,
  i32_gt_u_k: 0.36, j_i32_ge_s_k: 0.36, f32_demote_f64: 0.35, f32_sub: 0.32, f64_submul: 0.31, f64_div: 0.31, i32_mul: 0.31,
  j_i32_eq: 0.29, f64_sqrt: 0.27, j_i32_le_s: 0.27, i64_load: 0.25, i64_shl: 0.24, j_i32_eq_k: 0.2, f64_gt: 0.19, return_v64: 0.17,
  const32: 0.16, call_indirect: 0.16, i64_store: 0.16, f32_neg: 0.15, i32_sub: 0.15, f32_submul: 0.14, f64_convert_i32_s: 0.13,
  i64_ne: 0.13, i64_rotl: 0.12, i32_xor_k: 0.12, i64_and: 0.12, i64_div_s: 0.12, i64_or: 0.12, i64_shr_s: 0.12, i64_clz: 0.12,
  i32_div_u: 0.11, i32_or: 0.11, j_i32_ge_s: 0.1, f64_mulsub: 0.08, i32_load8_u: 0.06, f32_convert_i32_s: 0.06, j_i32_gt_u_k: 0.05,
  f32_lt: 0.04, i32_trunc_f32_s: 0.04, f32_abs: 0.04, i64_div_u: 0.03, i64_sub: 0.03, f64_neg: 0.02, j_i32_lt_u_k: 0.02, f64_lt: 0.02,
  i32_trunc_f64_s: 0.02, f64_abs: 0.02,
}; // biome-ignore format: a table
