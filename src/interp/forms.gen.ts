// Generated from the op table by tools/gen/dispatch.ts; run `npm run gen`. Device-safe.
// Numbers of the interpreter's operations (dispatch.gen.ts), for whoever emits them (compile.ts). 0 is none.

// Operations that no instruction stands for alone.
export const I_INC = 102;
export const I_F64_MULADD = 73;
export const I_F64_MULSUB = 60;
export const I_F64_SUBMUL = 83;
export const I_F32_MULADD = 109;
export const I_F32_MULSUB = 63;
export const I_F32_SUBMUL = 90;
export const I_LOAD8_X = 11;
export const I_LOAD32_X = 100;
export const I_LOAD64_X = 13;
export const I_LOAD8_K = 61;
export const I_LOAD32_K = 4;
export const I_LOAD64_K = 101;
export const I_MOV = 74;
export const I_MOV64 = 48;
export const I_CONST = 110;
export const I_CONST32 = 77;
export const I_CONST64 = 89;
export const I_SELECT = 69;
export const I_SELECT64 = 62;
export const I_BR = 24;
export const I_JNZ = 56;
export const I_JZ = 38;
export const I_BR_TABLE = 93;
export const I_LOOP = 108;
export const I_CALL = 59;
export const I_CALL_INDIRECT = 78;
export const I_CALL_REF = 123;
export const I_RETURN_CALL_REF = 124;
export const I_TABLE_FUNC = 121;
export const I_AS_NON_NULL = 201;
export const I_THROW = 202;
export const I_MEMORY = 122;
export const I_RETURN = 94;
export const I_RETURN_V = 68;
export const I_RETURN_V64 = 65;
export const I_GLOBAL_GET = 91;
export const I_GLOBAL_GET64 = 199;
export const I_GLOBAL_SET = 92;
export const I_GLOBAL_SET64 = 200;
export const I_GLOBAL_SET_SP = 96;
export const I_UNREACHABLE = 133;
export const I_FAR = 134;
export const I_BULK = 97;

// By instruction code: the operation on registers, with a 16-bit constant as its last operand, the branch fused with a compare, the
// compare that is its opposite (0 = none), the memory operation.
export const registerForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000Ý¤i¢£©ª§¨¥¦tÕÖ@*ÓÔÞÛÜT\u001cQ\u001a ¡k\u001bx\u0003v\f4\t15éç26\u0017\u000e7\u00193è\u000fO}~(PXìêërsÙÚ×ØpV\u00029R¹º·\u0010ã_æ¸Í½¾ÁÂgÎËÌGqÑÒÏÐÅÆÃÄßà\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000áâäå»¼¿À";
export const constantForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000óñòö÷Bôõïð\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000)\u0000'\u0000\u0000\u0000\u0000:íu$î\u0005";
export const branchForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000bW\b.c/j,+-\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0013\u0011\u0012\u0007\u0014\u0015";
export const branchConstantForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u001dUC\u001f\"\u001e# F!";
export const opposite = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000GFNOLMJKHI";
export const memoryForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0001wH\u0006­h®«¬\n±²¯°KL%\u0016oµ¶³´";
