// Generated from the op table by tools/gen/dispatch.ts; run `npm run gen`. Device-safe.
// Numbers of the interpreter's operations (dispatch.gen.ts), for whoever emits them (compile.ts). 0 is none.

// Operations that no instruction stands for alone.
export const I_INC = 108;
export const I_F64_MULADD = 70;
export const I_F64_MULSUB = 61;
export const I_F64_SUBMUL = 84;
export const I_F32_MULADD = 114;
export const I_F32_MULSUB = 76;
export const I_F32_SUBMUL = 90;
export const I_LOAD8_X = 14;
export const I_LOAD32_X = 106;
export const I_LOAD64_X = 15;
export const I_LOAD8_K = 74;
export const I_LOAD32_K = 4;
export const I_LOAD64_K = 107;
export const I_MOV = 71;
export const I_MOV64 = 44;
export const I_CONST = 115;
export const I_CONST32 = 80;
export const I_CONST64 = 104;
export const I_SELECT = 66;
export const I_SELECT64 = 75;
export const I_BR = 20;
export const I_JNZ = 52;
export const I_JZ = 34;
export const I_BR_TABLE = 101;
export const I_LOOP = 113;
export const I_CALL = 55;
export const I_CALL_INDIRECT = 73;
export const I_CALL_REF = 102;
export const I_RETURN_CALL_REF = 99;
export const I_TABLE_FUNC = 100;
export const I_AS_NON_NULL = 201;
export const I_THROW = 202;
export const I_MEMORY = 93;
export const I_RETURN = 94;
export const I_RETURN_V = 65;
export const I_RETURN_V64 = 62;
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
export const registerForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000Ý¤n¢£©ª§¨¥¦yÕÖM&ÓÔÞÛÜU\u0018R\u0016 ¡p\u0017|\u0003\u0007\u00110\n-1éç.2\u0013\u00063\u0015/è\bY}~$QgìêëwxÙÚ×ØvW\u00025S¹º·\tã_æ¸Í½¾ÁÂNÎËÌDoÑÒÏÐÅÆÃÄßà\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000áâäå»¼¿À";
export const constantForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000óñòö÷?ôõïð\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000%\u0000#\u0000\u0000\u0000\u00006íz î\u000b";
export const branchForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000mX\f*i+u(')\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000:89\u0005;<";
export const branchConstantForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0019V@\u001b\u001e\u001a\u001f\u001cC\u001d";
export const opposite = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000GFNOLMJKHI";
export const memoryForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0001{E\u0010­b®«¬\r±²¯°HO!\u0012tµ¶³´";
