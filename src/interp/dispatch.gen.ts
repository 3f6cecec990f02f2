// Generated from the op table by tools/gen/dispatch.ts; run `npm run gen`. Device-safe.
// The interpreter's operations and its dispatcher; interp.ts says how it is used, compile.ts emits its code.

import { loadI32, storeI32 } from '../runtime/memory';
import { callNative, SIGNAL_CALL } from '../runtime/native';
import type { Instance } from '../runtime/instance';
import { DONE, FUEL, growCells, growFrames, type Thread, TRAPPED, WAITING } from '../runtime/thread';
import { AUX_STACK_OVERFLOW, AUX_STACK_UNDERFLOW, CALL_TYPE, EXIT, OOB_MEMORY, UNDEFINED_ELEMENT, UNINITIALIZED_ELEMENT, UNREACHABLE } from '../spec/traps';
import { bulk } from './bulk';
import { compile } from './compile';
import * as N from './num';

const fround=N.fround,imul=N.imul,clz32=N.clz32,ctz32=N.ctz32,popcnt32=N.popcnt32,num=N.num,mul64=N.mul64,DIV_S=N.DIV_S,DIV_U=N.DIV_U,REM_S=N.REM_S,REM_U=N.REM_U,
  DIV64_S=N.DIV64_S,DIV64_U=N.DIV64_U,REM64_S=N.REM64_S,REM64_U=N.REM64_U,nearest=N.nearest,fmin=N.fmin,fmax=N.fmax,TRUNC_S=N.TRUNC_S,TRUNC_U=N.TRUNC_U,
  TRUNC64_S=N.TRUNC64_S,TRUNC64_U=N.TRUNC64_U,sat_s=N.sat_s,sat_u=N.sat_u,sat64_s=N.sat64_s,sat64_u=N.sat64_u,f32_s64=N.f32_s64,f32_u64=N.f32_u64;

// Operations that no instruction stands for alone. 0 is none.
export const I_INC = 102;
export const I_F64_MULADD = 87;
export const I_F64_MULSUB = 84;
export const I_F64_SUBMUL = 85;
export const I_F32_MULADD = 74;
export const I_F32_MULSUB = 75;
export const I_F32_SUBMUL = 72;
export const I_LOAD32_X = 73;
export const I_LOAD64_X = 78;
export const I_LOAD8_X = 79;
export const I_MOV = 59;
export const I_MOV64 = 116;
export const I_CONST = 10;
export const I_CONST32 = 34;
export const I_CONST64 = 35;
export const I_SELECT = 89;
export const I_SELECT64 = 76;
export const I_BR = 58;
export const I_JNZ = 60;
export const I_JZ = 57;
export const I_BR_TABLE = 77;
export const I_LOOP = 122;
export const I_CALL = 51;
export const I_CALL_INDIRECT = 5;
export const I_RETURN = 115;
export const I_RETURN_V = 62;
export const I_RETURN_V64 = 99;
export const I_GLOBAL_GET = 112;
export const I_GLOBAL_GET64 = 239;
export const I_GLOBAL_SET = 113;
export const I_GLOBAL_SET64 = 236;
export const I_GLOBAL_SET_SP = 96;
export const I_UNREACHABLE = 237;
export const I_FAR = 230;
export const I_REF_FUNC = 231;
export const I_BULK = 97;

// By instruction code: the operation on registers, with a 16-bit constant as its last operand, the branch fused with a compare, the
// compare that is its opposite (0 = none), the memory operation.
export const registerForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000båänoÜâßÅÃÉÇÈ\u0015½¾»¼ÁÂ¿ÀÕÖ\u001eÓÔÙÚ×ØFÍÎËÌÑ5^-Ò\u001fÏÐwk\u0010l¦m\u0019£&¤©2A7'_ª§\u0006\u0007g\u0012$h%¨\u001b\u0004¡0\u00161¢ µ¶\u0013³´¹º(\u0001dej·¸­®\u001c«¬±²¯°\u0014\u000f\t}~{|\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000";
export const constantForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000ãÝÞÛá\\àÆÄÊ\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000/\u00008\u0000\u0000\u0000\u00004¥ .\b\u0017";
export const branchForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000GX\f\ru)\u0003\u001d!\u000e\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000RSP,QV";
export const branchConstantForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000yv=+D*EB]C";
export const opposite = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000GFNOLMJKHI";
export const memoryForm = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000[xZ\u0018@ir?ê\u0002\u001a6\u0011\u000bëèéî";

/** Rare operations; returns the next position. */
function cold(op:number,w:any,pc:number,fp:number,R:Int32Array,D:Float64Array,S:Float32Array,instance:Instance,u8:Uint8Array,m32:Int32Array,top:number):number{
 let a:any=0,b:any=0,al:any=0,ah:any=0,bl:any=0,bh:any=0,lo:any=0,hi:any=0,n:any=0,t:any=0,e:any=0;
 const globals=instance.globals;
 if(op<187){
  if(op<155){
   if(op<139){
    if(op<131){
     if(op<127){
      if(op<125){
       if(op<124){
        R[fp+w[pc+1]]=R[fp+w[pc+2]];pc+=3;
       }else{
        t=R[fp+w[pc+2]+1];R[fp+w[pc+1]]=R[fp+w[pc+2]];R[fp+w[pc+1]+1]=t;pc+=3;
       }
      }else{
       if(op<126){
        D[fp+w[pc+1]>>1]=(R[fp+w[pc+2]+1]>>>0)*4294967296+(R[fp+w[pc+2]]>>>0);pc+=3;
       }else{
        D[fp+w[pc+1]>>1]=S[fp+w[pc+2]];pc+=3;
       }
      }
     }else{
      if(op<129){
       if(op<128){
        R[fp+w[pc+1]]=R[fp+w[pc+2]]<<24>>24;pc+=3;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]]<<16>>16;pc+=3;
       }
      }else{
       if(op<130){
        R[fp+w[pc+1]]=R[fp+w[pc+2]];pc+=3;
       }else{
        t=R[fp+w[pc+2]+1];R[fp+w[pc+1]]=R[fp+w[pc+2]];R[fp+w[pc+1]+1]=t;pc+=3;
       }
      }
     }
    }else{
     if(op<135){
      if(op<133){
       if(op<132){
        lo=TRUNC64_U(D[fp+w[pc+2]>>1]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }else{
        S[fp+w[pc+1]]=R[fp+w[pc+2]]>>>0;pc+=3;
       }
      }else{
       if(op<134){
        lo=TRUNC64_U(S[fp+w[pc+2]]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }else{
        lo=TRUNC64_S(D[fp+w[pc+2]>>1]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }
      }
     }else{
      if(op<137){
       if(op<136){
        D[fp+w[pc+1]>>1]=R[fp+w[pc+2]]>>>0;pc+=3;
       }else{
        D[fp+w[pc+1]>>1]=R[fp+w[pc+2]+1]*4294967296+(R[fp+w[pc+2]]>>>0);pc+=3;
       }
      }else{
       if(op<138){
        S[fp+w[pc+1]]=f32_s64(R[fp+w[pc+2]],R[fp+w[pc+2]+1]);pc+=3;
       }else{
        S[fp+w[pc+1]]=f32_u64(R[fp+w[pc+2]],R[fp+w[pc+2]+1]);pc+=3;
       }
      }
     }
    }
   }else{
    if(op<147){
     if(op<143){
      if(op<141){
       if(op<140){
        lo=sat64_u(D[fp+w[pc+2]>>1]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }else{
        e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>top-2)throw OOB_MEMORY;R[fp+w[pc+1]]=(u8[e]|u8[e+1]<<8)<<16>>16;pc+=4;
       }
      }else{
       if(op<142){
        lo=sat64_u(S[fp+w[pc+2]]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }else{
        lo=sat64_s(D[fp+w[pc+2]>>1]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }
      }
     }else{
      if(op<145){
       if(op<144){
        e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>top-2)throw OOB_MEMORY;t=fp+w[pc+1];R[t]=(u8[e]|u8[e+1]<<8);R[t+1]=0;pc+=4;
       }else{
        e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>top-4)throw OOB_MEMORY;t=fp+w[pc+1];R[t]=((e&3)===0?m32[e>>2]:loadI32(u8,e));R[t+1]=R[t]>>31;pc+=4;
       }
      }else{
       if(op<146){
        e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>=top)throw OOB_MEMORY;t=fp+w[pc+1];R[t]=u8[e]<<24>>24;R[t+1]=R[t]>>31;pc+=4;
       }else{
        e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>top-2)throw OOB_MEMORY;t=fp+w[pc+1];R[t]=(u8[e]|u8[e+1]<<8)<<16>>16;R[t+1]=R[t]>>31;pc+=4;
       }
      }
     }
    }else{
     if(op<151){
      if(op<149){
       if(op<148){
        al=R[fp+w[pc+2]];lo=al;hi=al>>31;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }else{
        R[fp+w[pc+1]]=sat_s(S[fp+w[pc+2]]);pc+=3;
       }
      }else{
       if(op<150){
        lo=R[fp+w[pc+2]]<<24>>24;hi=lo>>31;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }else{
        lo=R[fp+w[pc+2]]<<16>>16;hi=lo>>31;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }
      }
     }else{
      if(op<153){
       if(op<152){
        R[fp+w[pc+1]]=sat_u(D[fp+w[pc+2]>>1]);pc+=3;
       }else{
        lo=sat64_s(S[fp+w[pc+2]]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }
      }else{
       if(op<154){
        R[fp+w[pc+1]]=sat_u(S[fp+w[pc+2]]);pc+=3;
       }else{
        R[fp+w[pc+1]]=sat_s(D[fp+w[pc+2]>>1]);pc+=3;
       }
      }
     }
    }
   }
  }else{
   if(op<171){
    if(op<163){
     if(op<159){
      if(op<157){
       if(op<156){
        a=S[fp+w[pc+2]];S[fp+w[pc+1]]=a<0?Math.ceil(a):Math.floor(a);pc+=3;
       }else{
        S[fp+w[pc+1]]=nearest(S[fp+w[pc+2]]);pc+=3;
       }
      }else{
       if(op<158){
        S[fp+w[pc+1]]=Math.ceil(S[fp+w[pc+2]]);pc+=3;
       }else{
        S[fp+w[pc+1]]=Math.floor(S[fp+w[pc+2]]);pc+=3;
       }
      }
     }else{
      if(op<161){
       if(op<160){
        S[fp+w[pc+1]]=fmin(S[fp+w[pc+2]],S[fp+w[pc+3]]);pc+=4;
       }else{
        S[fp+w[pc+1]]=fmax(S[fp+w[pc+2]],S[fp+w[pc+3]]);pc+=4;
       }
      }else{
       if(op<162){
        S[fp+w[pc+1]]=Math.sqrt(S[fp+w[pc+2]]);pc+=3;
       }else{
        S[fp+w[pc+1]]=S[fp+w[pc+2]]/S[fp+w[pc+3]];pc+=4;
       }
      }
     }
    }else{
     if(op<167){
      if(op<165){
       if(op<164){
        a=R[fp+w[pc+2]];b=R[fp+w[pc+3]];R[fp+w[pc+1]]=a>>>(b&31)|a<<(-b&31);pc+=4;
       }else{
        al=R[fp+w[pc+2]];lo=al!==0?ctz32(al):32+ctz32(R[fp+w[pc+2]+1]);hi=0;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }
      }else{
       if(op<166){
        R[fp+w[pc+1]]=R[fp+w[pc+2]]|w[pc+3];pc+=4;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]]>>(R[fp+w[pc+3]]&31);pc+=4;
       }
      }
     }else{
      if(op<169){
       if(op<168){
        lo=REM64_U(R[fp+w[pc+2]],R[fp+w[pc+2]+1],R[fp+w[pc+3]],R[fp+w[pc+3]+1]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
       }else{
        al=R[fp+w[pc+2]];ah=R[fp+w[pc+2]+1];bl=R[fp+w[pc+3]];n=bl&31;if((bl&32)!==0){lo=ah;ah=al;al=lo}if(n===0){lo=al;hi=ah}else{lo=al>>>n|ah<<(32-n);hi=ah>>>n|al<<(32-n)};t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
       }
      }else{
       if(op<170){
        lo=popcnt32(R[fp+w[pc+2]])+popcnt32(R[fp+w[pc+2]+1]);hi=0;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }else{
        lo=REM64_S(R[fp+w[pc+2]],R[fp+w[pc+2]+1],R[fp+w[pc+3]],R[fp+w[pc+3]+1]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
       }
      }
     }
    }
   }else{
    if(op<179){
     if(op<175){
      if(op<173){
       if(op<172){
        R[fp+w[pc+1]]=TRUNC_U(S[fp+w[pc+2]]);pc+=3;
       }else{
        R[fp+w[pc+1]]=TRUNC_S(D[fp+w[pc+2]>>1]);pc+=3;
       }
      }else{
       if(op<174){
        t=R[fp+w[pc+2]+1]&0x7fffffff|(R[fp+w[pc+3]+1]&0x80000000);R[fp+w[pc+1]]=R[fp+w[pc+2]];R[fp+w[pc+1]+1]=t;pc+=4;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]];pc+=3;
       }
      }
     }else{
      if(op<177){
       if(op<176){
        lo=R[fp+w[pc+2]];hi=0;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }else{
        lo=TRUNC64_S(S[fp+w[pc+2]]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }
      }else{
       if(op<178){
        R[fp+w[pc+1]]=TRUNC_U(D[fp+w[pc+2]>>1]);pc+=3;
       }else{
        a=R[fp+w[pc+2]];lo=a;hi=a>>31;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
       }
      }
     }
    }else{
     if(op<183){
      if(op<181){
       if(op<180){
        a=D[fp+w[pc+2]>>1];D[fp+w[pc+1]>>1]=a===a?Math.ceil(a):NaN;pc+=3;
       }else{
        a=D[fp+w[pc+2]>>1];D[fp+w[pc+1]>>1]=a===a?Math.floor(a):NaN;pc+=3;
       }
      }else{
       if(op<182){
        R[fp+w[pc+1]]=R[fp+w[pc+2]]&0x7fffffff|(R[fp+w[pc+3]]&0x80000000);pc+=4;
       }else{
        t=R[fp+w[pc+2]+1]&0x7fffffff;R[fp+w[pc+1]]=R[fp+w[pc+2]];R[fp+w[pc+1]+1]=t;pc+=3;
       }
      }
     }else{
      if(op<185){
       if(op<184){
        D[fp+w[pc+1]>>1]=fmin(D[fp+w[pc+2]>>1],D[fp+w[pc+3]>>1]);pc+=4;
       }else{
        D[fp+w[pc+1]>>1]=fmax(D[fp+w[pc+2]>>1],D[fp+w[pc+3]>>1]);pc+=4;
       }
      }else{
       if(op<186){
        a=D[fp+w[pc+2]>>1];D[fp+w[pc+1]>>1]=a===a?a<0?Math.ceil(a):Math.floor(a):NaN;pc+=3;
       }else{
        D[fp+w[pc+1]>>1]=nearest(D[fp+w[pc+2]>>1]);pc+=3;
       }
      }
     }
    }
   }
  }
 }else{
  if(op<219){
   if(op<203){
    if(op<195){
     if(op<191){
      if(op<189){
       if(op<188){
        ah=R[fp+w[pc+2]+1];bh=R[fp+w[pc+3]+1];R[fp+w[pc+1]]=ah>bh||ah===bh&&R[fp+w[pc+2]]>>>0>R[fp+w[pc+3]]>>>0?1:0;pc+=4;
       }else{
        ah=R[fp+w[pc+2]+1];bh=R[fp+w[pc+3]+1];R[fp+w[pc+1]]=ah>>>0>bh>>>0||ah===bh&&R[fp+w[pc+2]]>>>0>R[fp+w[pc+3]]>>>0?1:0;pc+=4;
       }
      }else{
       if(op<190){
        ah=R[fp+w[pc+2]+1];bh=R[fp+w[pc+3]+1];R[fp+w[pc+1]]=ah<bh||ah===bh&&R[fp+w[pc+2]]>>>0<R[fp+w[pc+3]]>>>0?1:0;pc+=4;
       }else{
        ah=R[fp+w[pc+2]+1];bh=R[fp+w[pc+3]+1];R[fp+w[pc+1]]=ah>>>0<bh>>>0||ah===bh&&R[fp+w[pc+2]]>>>0<R[fp+w[pc+3]]>>>0?1:0;pc+=4;
       }
      }
     }else{
      if(op<193){
       if(op<192){
        ah=R[fp+w[pc+2]+1];bh=R[fp+w[pc+3]+1];R[fp+w[pc+1]]=ah>bh||ah===bh&&R[fp+w[pc+2]]>>>0>=R[fp+w[pc+3]]>>>0?1:0;pc+=4;
       }else{
        ah=R[fp+w[pc+2]+1];bh=R[fp+w[pc+3]+1];R[fp+w[pc+1]]=ah>>>0>bh>>>0||ah===bh&&R[fp+w[pc+2]]>>>0>=R[fp+w[pc+3]]>>>0?1:0;pc+=4;
       }
      }else{
       if(op<194){
        ah=R[fp+w[pc+2]+1];bh=R[fp+w[pc+3]+1];R[fp+w[pc+1]]=ah<bh||ah===bh&&R[fp+w[pc+2]]>>>0<=R[fp+w[pc+3]]>>>0?1:0;pc+=4;
       }else{
        ah=R[fp+w[pc+2]+1];bh=R[fp+w[pc+3]+1];R[fp+w[pc+1]]=ah>>>0<bh>>>0||ah===bh&&R[fp+w[pc+2]]>>>0<=R[fp+w[pc+3]]>>>0?1:0;pc+=4;
       }
      }
     }
    }else{
     if(op<199){
      if(op<197){
       if(op<196){
        R[fp+w[pc+1]]=R[fp+w[pc+2]]>=R[fp+w[pc+3]]?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]]>=w[pc+3]?1:0;pc+=4;
       }
      }else{
       if(op<198){
        R[fp+w[pc+1]]=R[fp+w[pc+2]]>>>0<=R[fp+w[pc+3]]>>>0?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]]>>>0<=w[pc+3]>>>0?1:0;pc+=4;
       }
      }
     }else{
      if(op<201){
       if(op<200){
        R[fp+w[pc+1]]=(R[fp+w[pc+2]]|R[fp+w[pc+2]+1])===0?1:0;pc+=3;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]]===R[fp+w[pc+3]]&&R[fp+w[pc+2]+1]===R[fp+w[pc+3]+1]?1:0;pc+=4;
       }
      }else{
       if(op<202){
        R[fp+w[pc+1]]=R[fp+w[pc+2]]>>>0>=R[fp+w[pc+3]]>>>0?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]]>>>0>=w[pc+3]>>>0?1:0;pc+=4;
       }
      }
     }
    }
   }else{
    if(op<211){
     if(op<207){
      if(op<205){
       if(op<204){
        R[fp+w[pc+1]]=clz32(R[fp+w[pc+2]]);pc+=3;
       }else{
        R[fp+w[pc+1]]=ctz32(R[fp+w[pc+2]]);pc+=3;
       }
      }else{
       if(op<206){
        R[fp+w[pc+1]]=D[fp+w[pc+2]>>1]<=D[fp+w[pc+3]>>1]?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=D[fp+w[pc+2]>>1]>=D[fp+w[pc+3]>>1]?1:0;pc+=4;
       }
      }
     }else{
      if(op<209){
       if(op<208){
        R[fp+w[pc+1]]=REM_S(R[fp+w[pc+2]],R[fp+w[pc+3]]);pc+=4;
       }else{
        R[fp+w[pc+1]]=REM_U(R[fp+w[pc+2]],R[fp+w[pc+3]]);pc+=4;
       }
      }else{
       if(op<210){
        R[fp+w[pc+1]]=popcnt32(R[fp+w[pc+2]]);pc+=3;
       }else{
        R[fp+w[pc+1]]=DIV_S(R[fp+w[pc+2]],R[fp+w[pc+3]]);pc+=4;
       }
      }
     }
    }else{
     if(op<215){
      if(op<213){
       if(op<212){
        R[fp+w[pc+1]]=S[fp+w[pc+2]]>S[fp+w[pc+3]]?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=S[fp+w[pc+2]]<=S[fp+w[pc+3]]?1:0;pc+=4;
       }
      }else{
       if(op<214){
        R[fp+w[pc+1]]=S[fp+w[pc+2]]===S[fp+w[pc+3]]?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=S[fp+w[pc+2]]!==S[fp+w[pc+3]]?1:0;pc+=4;
       }
      }
     }else{
      if(op<217){
       if(op<216){
        R[fp+w[pc+1]]=D[fp+w[pc+2]>>1]!==D[fp+w[pc+3]>>1]?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=D[fp+w[pc+2]>>1]<D[fp+w[pc+3]>>1]?1:0;pc+=4;
       }
      }else{
       if(op<218){
        R[fp+w[pc+1]]=S[fp+w[pc+2]]>=S[fp+w[pc+3]]?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=D[fp+w[pc+2]>>1]===D[fp+w[pc+3]>>1]?1:0;pc+=4;
       }
      }
     }
    }
   }
  }else{
   if(op<232){
    if(op<227){
     if(op<223){
      if(op<221){
       if(op<220){
        R[fp+w[pc+1]]=R[fp+w[pc+2]]>>>0<w[pc+3]>>>0?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]]>R[fp+w[pc+3]]?1:0;pc+=4;
       }
      }else{
       if(op<222){
        R[fp+w[pc+1]]=R[fp+w[pc+2]]!==w[pc+3]?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]]<w[pc+3]?1:0;pc+=4;
       }
      }
     }else{
      if(op<225){
       if(op<224){
        R[fp+w[pc+1]]=R[fp+w[pc+2]]<=R[fp+w[pc+3]]?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]]<=w[pc+3]?1:0;pc+=4;
       }
      }else{
       if(op<226){
        R[fp+w[pc+1]]=R[fp+w[pc+2]]>w[pc+3]?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]]>>>0>R[fp+w[pc+3]]>>>0?1:0;pc+=4;
       }
      }
     }
    }else{
     if(op<230){
      if(op<229){
       if(op<228){
        R[fp+w[pc+1]]=R[fp+w[pc+2]]===w[pc+3]?1:0;pc+=4;
       }else{
        R[fp+w[pc+1]]=R[fp+w[pc+2]]!==R[fp+w[pc+3]]?1:0;pc+=4;
       }
      }else{
       R[fp+w[pc+1]]=R[fp+w[pc+2]]===R[fp+w[pc+3]]?1:0;pc+=4;
      }
     }else{
      if(op<231){
       e=(R[fp+w[pc+2]]>>>0)+((w[pc+3]&65535|w[pc+4]<<16)>>>0);if(e>4294967295)throw OOB_MEMORY;R[fp+w[pc+1]]=e|0;pc+=5;
      }else{
       R[fp+w[pc+1]]=instance.funcs[w[pc+2]].handle;pc+=3;
      }
     }
    }
   }else{
    if(op<236){
     if(op<234){
      if(op<233){
       e=(R[fp+w[pc+1]]>>>0)+w[pc+2];if(e>=top)throw OOB_MEMORY;u8[e]=R[fp+w[pc+3]];pc+=4;
      }else{
       e=(R[fp+w[pc+1]]>>>0)+w[pc+2];if(e>top-2)throw OOB_MEMORY;t=R[fp+w[pc+3]];u8[e]=t;u8[e+1]=t>>8;pc+=4;
      }
     }else{
      if(op<235){
       e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>top-4)throw OOB_MEMORY;t=fp+w[pc+1];R[t]=((e&3)===0?m32[e>>2]:loadI32(u8,e));R[t+1]=0;pc+=4;
      }else{
       e=(R[fp+w[pc+1]]>>>0)+w[pc+2];if(e>top-2)throw OOB_MEMORY;t=R[fp+w[pc+3]];u8[e]=t;u8[e+1]=t>>8;pc+=4;
      }
     }
    }else{
     if(op<238){
      if(op<237){
       a=globals[w[pc+2]];t=fp+w[pc+1];a.lo=R[t];a.hi=R[t+1];pc+=3;
      }else{
       throw UNREACHABLE;
      }
     }else{
      if(op<239){
       e=(R[fp+w[pc+1]]>>>0)+w[pc+2];if(e>top-4)throw OOB_MEMORY;if((e&3)===0)m32[e>>2]=R[fp+w[pc+3]];else storeI32(u8,e,R[fp+w[pc+3]]);pc+=4;
      }else{
       a=globals[w[pc+2]];t=fp+w[pc+1];R[t]=a.lo;R[t+1]=a.hi;pc+=3;
      }
     }
    }
   }
  }
 }
 return pc;
}

/** Runs thread until its call is done, traps, is out of fuel or waits. */
export function execute(thread: Thread): number {
  // the first four locals have opcodes of their own on QuickJS
  let w:any=null,pc=thread.pc,fp=thread.fp,R=thread.cells,op=0,D=thread.doubles,S=thread.floats,F=thread.frames,fuel=thread.fuel,at=thread.calleeAt;
  let func:any=thread.current,callee:any=thread.callee,code:any=null,instance:any=null,mem:any=null,u8:any=null,m32:any=null,top=0,funcs:any=null,globals:any=null,tables:any=null,types:any=null;
  let a:any=0,b:any=0,al:any=0,ah:any=0,bl:any=0,lo:any=0,hi:any=0,n:any=0,t:any=0,e:any=0;
  let done=false,resumed=false;
  const store=thread.store;
  thread.callee=null;
  try{
    for(;;){
      if(callee!==null){
        if(callee.native!==null){
          thread.fuel=fuel;thread.pc=pc;thread.fp=fp;thread.current=func;thread.callee=callee;thread.calleeAt=at;
          if(resumed)callNative(thread,callee,at,thread.thens.pop(),n);else callNative(thread,callee,at,null,0);
          thread.callee=null;fuel=thread.fuel;
          if(thread.signal===SIGNAL_CALL){
            if(!resumed){
              if(thread.depth+6>F.length){growFrames(thread);F=thread.frames}
              t=thread.depth;F[t]=pc;F[t+1]=fp;F[t+2]=func===null?0:func.handle;thread.depth=t+3;
            }
            resumed=false;
            t=thread.depth;F[t]=-1;F[t+1]=at;F[t+2]=callee.handle;thread.depth=t+3;
            thread.thens.push(thread.guestThen);
            n=Math.max(callee.type.params.length,callee.type.results.length,1);
            callee=store.funcs[thread.guestFunc-1];at+=2*n;func=null;
            if(at+2*thread.guestArgs.length+2>R.length){growCells(thread,at+2*thread.guestArgs.length+2);R=thread.cells;D=thread.doubles;S=thread.floats}
            for(n=0;n<thread.guestArgs.length;n++)R[at+2*n]=thread.guestArgs[n];
            continue;
          }
          if(resumed){
            resumed=false;t=thread.depth-=3;pc=F[t];fp=F[t+1];func=F[t+2]===0?null:store.funcs[F[t+2]-1];
          }
          callee=null;
          if(thread.signal!==0){thread.pc=pc;thread.fp=fp;thread.current=func;thread.calleeAt=at;return WAITING}
          R=thread.cells;D=thread.doubles;S=thread.floats;
        }else{
          if(callee.code===null)compile(callee);
          code=callee.code;
          if(at+code.frameWords>R.length){growCells(thread,at+code.frameWords);R=thread.cells;D=thread.doubles;S=thread.floats}
          if(func!==null){
            if(thread.depth+6>F.length){growFrames(thread);F=thread.frames}
            t=thread.depth;F[t]=pc;F[t+1]=fp;F[t+2]=func.handle;thread.depth=t+3;
          }
          for(n=code.paramWords;n<code.localWords;n++)R[at+n]=0;
          func=callee;callee=null;fp=at;pc=0;w=code.words;
          fuel-=code.cost;
        }
      }
      if(done){thread.fuel=fuel;thread.current=null;return DONE}
      if(func===null){
        // a native was what was called: by the embedder, or by another native that goes on now
        if(thread.depth===0){done=true;continue}
        n=R[at];t=thread.depth-=3;at=F[t+1];callee=store.funcs[F[t+2]-1];resumed=true;
        continue;
      }
      if(fuel<0){thread.fuel=fuel;thread.pc=pc;thread.fp=fp;thread.current=func;return FUEL}
      code=func.code;w=code.words;
      if(code.constants!==null)R.set(code.constants,fp+code.constantsAt); // what was called lay over them
      if(instance!==func.instance){
        instance=func.instance;funcs=instance.funcs;globals=instance.globals;tables=instance.tables;types=instance.module.types;
        mem=instance.mems.length>0?instance.mems[0]:null;
      }
      if(mem!==null){u8=mem.u8;m32=mem.i32;top=mem.bytes}else top=0;
      for(;;){
        op=w[pc];
      if(op<=122){
       if(op<59){
        if(op<47){
         if(op<24){
          if(op<11){
           if(op<2){
            D[fp+w[pc+1]>>1]=D[fp+w[pc+2]>>1]+D[fp+w[pc+3]>>1];pc+=4;
           }else{
            if(op<10){
             if(op<3){
              e=(R[fp+w[pc+1]]>>>0)+w[pc+2];if(e>top-4)throw OOB_MEMORY;if((e&3)===0)m32[e>>2]=R[fp+w[pc+3]];else storeI32(u8,e,R[fp+w[pc+3]]);pc+=4;
             }else{
              if(op<6){
               if(op<4){
                if(R[fp+w[pc+1]]<=R[fp+w[pc+2]]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
               }else{
                if(op<5){
                 R[fp+w[pc+1]]=R[fp+w[pc+2]]^0x80000000;pc+=3;
                }else{
                 t=R[fp+w[pc+1]]>>>0;a=tables[w[pc+3]];if(t>=a.size)throw UNDEFINED_ELEMENT;a=a.elems[t];if(a===0){thread.trapDetail=t;throw UNINITIALIZED_ELEMENT}a=store.funcs[a-1];if(a.type!==types[w[pc+2]]&&a.type.key!==types[w[pc+2]].key)throw CALL_TYPE;callee=a;at=fp+w[pc+4];pc+=5;break;
                }
               }
              }else{
               if(op<8){
                if(op<7){
                 lo=R[fp+w[pc+2]]&R[fp+w[pc+3]];hi=R[fp+w[pc+2]+1]&R[fp+w[pc+3]+1];t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
                }else{
                 lo=R[fp+w[pc+2]]|R[fp+w[pc+3]];hi=R[fp+w[pc+2]+1]|R[fp+w[pc+3]+1];t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
                }
               }else{
                if(op<9){
                 R[fp+w[pc+1]]=R[fp+w[pc+2]]>>w[pc+3];pc+=4;
                }else{
                 D[fp+w[pc+1]>>1]=R[fp+w[pc+2]];pc+=3;
                }
               }
              }
             }
            }else{
             R[fp+w[pc+1]]=w[pc+2];pc+=3;
            }
           }
          }else{
           if(op<17){
            if(op<16){
             if(op<12){
              e=(R[fp+w[pc+1]]>>>0)+w[pc+2];if(e>=top)throw OOB_MEMORY;u8[e]=R[fp+w[pc+3]];pc+=4;
             }else{
              if(op<13){
               if(R[fp+w[pc+1]]<R[fp+w[pc+2]]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
              }else{
               if(op<15){
                if(op<14){
                 if(R[fp+w[pc+1]]>>>0<R[fp+w[pc+2]]>>>0){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                }else{
                 if(R[fp+w[pc+1]]>>>0>=R[fp+w[pc+2]]>>>0){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                }
               }else{
                S[fp+w[pc+1]]=D[fp+w[pc+2]>>1];pc+=3;
               }
              }
             }
            }else{
             R[fp+w[pc+1]]=R[fp+w[pc+2]]^R[fp+w[pc+3]];pc+=4;
            }
           }else{
            if(op<23){
             if(op<18){
              e=(R[fp+w[pc+1]]>>>0)+w[pc+2];if(e>top-8)throw OOB_MEMORY;t=fp+w[pc+3];if((e&3)===0){m32[e>>2]=R[t];m32[(e>>2)+1]=R[t+1]}else{storeI32(u8,e,R[t]);storeI32(u8,e+4,R[t+1])};pc+=4;
             }else{
              if(op<22){
               if(op<19){
                al=R[fp+w[pc+2]];ah=R[fp+w[pc+2]+1];n=R[fp+w[pc+3]]&63;if(n===0){lo=al;hi=ah}else if(n<32){lo=al<<n;hi=ah<<n|al>>>(32-n)}else{lo=0;hi=al<<(n-32)};t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
               }else{
                if(op<21){
                 if(op<20){
                  t=R[fp+w[pc+2]+1]^0x80000000;R[fp+w[pc+1]]=R[fp+w[pc+2]];R[fp+w[pc+1]+1]=t;pc+=3;
                 }else{
                  S[fp+w[pc+1]]=R[fp+w[pc+2]];pc+=3;
                 }
                }else{
                 R[fp+w[pc+1]]=R[fp+w[pc+2]]!==R[fp+w[pc+3]]||R[fp+w[pc+2]+1]!==R[fp+w[pc+3]+1]?1:0;pc+=4;
                }
               }
              }else{
               S[fp+w[pc+1]]=S[fp+w[pc+2]]-S[fp+w[pc+3]];pc+=4;
              }
             }
            }else{
             R[fp+w[pc+1]]=R[fp+w[pc+2]]>>>w[pc+3];pc+=4;
            }
           }
          }
         }else{
          if(op<35){
           if(op<25){
            e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>top-8)throw OOB_MEMORY;t=fp+w[pc+1];if((e&3)===0){R[t]=m32[e>>2];R[t+1]=m32[(e>>2)+1]}else{R[t]=loadI32(u8,e);R[t+1]=loadI32(u8,e+4)};pc+=4;
           }else{
            if(op<34){
             if(op<26){
              a=R[fp+w[pc+2]];b=R[fp+w[pc+3]];R[fp+w[pc+1]]=a<<(b&31)|a>>>(-b&31);pc+=4;
             }else{
              if(op<31){
               if(op<27){
                e=(R[fp+w[pc+1]]>>>0)+w[pc+2];if(e>top-8)throw OOB_MEMORY;t=fp+w[pc+3];if((e&3)===0){m32[e>>2]=R[t];m32[(e>>2)+1]=R[t+1]}else{storeI32(u8,e,R[t]);storeI32(u8,e+4,R[t+1])};pc+=4;
               }else{
                if(op<29){
                 if(op<28){
                  R[fp+w[pc+1]]=R[fp+w[pc+2]]&0x7fffffff;pc+=3;
                 }else{
                  R[fp+w[pc+1]]=TRUNC_S(S[fp+w[pc+2]]);pc+=3;
                 }
                }else{
                 if(op<30){
                  if(R[fp+w[pc+1]]>>>0<=R[fp+w[pc+2]]>>>0){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                 }else{
                  R[fp+w[pc+1]]=S[fp+w[pc+2]]<S[fp+w[pc+3]]?1:0;pc+=4;
                 }
                }
               }
              }else{
               if(op<33){
                if(op<32){
                 R[fp+w[pc+1]]=DIV_U(R[fp+w[pc+2]],R[fp+w[pc+3]]);pc+=4;
                }else{
                 R[fp+w[pc+1]]=R[fp+w[pc+2]]^w[pc+3];pc+=4;
                }
               }else{
                if(R[fp+w[pc+1]]>=R[fp+w[pc+2]]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
               }
              }
             }
            }else{
             R[fp+w[pc+1]]=w[pc+2]&65535|w[pc+3]<<16;pc+=4;
            }
           }
          }else{
           if(op<36){
            t=fp+w[pc+1];R[t]=w[pc+2]&65535|w[pc+3]<<16;R[t+1]=w[pc+4]&65535|w[pc+5]<<16;pc+=6;
           }else{
            if(op<46){
             if(op<44){
              if(op<40){
               if(op<38){
                if(op<37){
                 al=R[fp+w[pc+2]];ah=R[fp+w[pc+2]+1];n=R[fp+w[pc+3]]&63;if(n===0){lo=al;hi=ah}else if(n<32){lo=al>>>n|ah<<(32-n);hi=ah>>n}else{lo=ah>>(n-32);hi=ah>>31};t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
                }else{
                 al=R[fp+w[pc+2]];ah=R[fp+w[pc+2]+1];bl=R[fp+w[pc+3]];n=bl&31;if((bl&32)!==0){lo=ah;ah=al;al=lo}if(n===0){lo=al;hi=ah}else{lo=al<<n|ah>>>(32-n);hi=ah<<n|al>>>(32-n)};t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
                }
               }else{
                if(op<39){
                 ah=R[fp+w[pc+2]+1];lo=ah!==0?clz32(ah):32+clz32(R[fp+w[pc+2]]);hi=0;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=3;
                }else{
                 lo=DIV64_S(R[fp+w[pc+2]],R[fp+w[pc+2]+1],R[fp+w[pc+3]],R[fp+w[pc+3]+1]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
                }
               }
              }else{
               if(op<41){
                D[fp+w[pc+1]>>1]=Math.sqrt(D[fp+w[pc+2]>>1]);pc+=3;
               }else{
                if(op<43){
                 if(op<42){
                  if(R[fp+w[pc+1]]>>>0>R[fp+w[pc+2]]>>>0){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                 }else{
                  if(R[fp+w[pc+1]]>>>0>w[pc+2]>>>0){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                 }
                }else{
                 if(R[fp+w[pc+1]]>>>0<w[pc+2]>>>0){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                }
               }
              }
             }else{
              if(op<45){
               if(D[fp+w[pc+1]>>1]>D[fp+w[pc+2]>>1]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
              }else{
               a=R[fp+w[pc+2]];b=R[fp+w[pc+3]];t=a*b;R[fp+w[pc+1]]=t<=0x1fffffffffffff&&t>=-0x1fffffffffffff?t:imul(a,b);pc+=4;
              }
             }
            }else{
             R[fp+w[pc+1]]=R[fp+w[pc+2]]<<w[pc+3];pc+=4;
            }
           }
          }
         }
        }else{
         if(op<53){
          if(op<48){
           R[fp+w[pc+1]]=R[fp+w[pc+2]]+w[pc+3];pc+=4;
          }else{
           if(op<50){
            if(op<49){
             S[fp+w[pc+1]]=S[fp+w[pc+2]]+S[fp+w[pc+3]];pc+=4;
            }else{
             S[fp+w[pc+1]]=S[fp+w[pc+2]]*S[fp+w[pc+3]];pc+=4;
            }
           }else{
            if(op<52){
             if(op<51){
              al=R[fp+w[pc+2]];lo=al+R[fp+w[pc+3]]|0;hi=R[fp+w[pc+2]+1]+R[fp+w[pc+3]+1]+(lo>>>0<al>>>0?1:0);t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
             }else{
              callee=funcs[w[pc+1]];at=fp+w[pc+2];pc+=3;break;
             }
            }else{
             R[fp+w[pc+1]]=R[fp+w[pc+2]]&w[pc+3];pc+=4;
            }
           }
          }
         }else{
          if(op<54){
           R[fp+w[pc+1]]=R[fp+w[pc+2]]+R[fp+w[pc+3]];pc+=4;
          }else{
           if(op<58){
            if(op<56){
             if(op<55){
              e=(R[fp+w[pc+1]]>>>0)+w[pc+2];if(e>top-4)throw OOB_MEMORY;if((e&3)===0)m32[e>>2]=R[fp+w[pc+3]];else storeI32(u8,e,R[fp+w[pc+3]]);pc+=4;
             }else{
              lo=mul64(R[fp+w[pc+2]],R[fp+w[pc+2]+1],R[fp+w[pc+3]],R[fp+w[pc+3]+1]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
             }
            }else{
             if(op<57){
              R[fp+w[pc+1]]=R[fp+w[pc+2]]*w[pc+3];pc+=4;
             }else{
              if(R[fp+w[pc+1]]===0){t=w[pc+2];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=3;
             }
            }
           }else{
            t=w[pc+1];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t;
           }
          }
         }
        }
       }else{
        if(op<102){
         if(op<91){
          if(op<63){
           if(op<60){
            R[fp+w[pc+1]]=R[fp+w[pc+2]];pc+=3;
           }else{
            if(op<61){
             if(R[fp+w[pc+1]]!==0){t=w[pc+2];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=3;
            }else{
             if(op<62){
              if(R[fp+w[pc+1]]<w[pc+2]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
             }else{
              R[fp]=R[fp+w[pc+1]];if(thread.depth===0){done=true;break}n=R[fp];t=thread.depth-=3;pc=F[t];fp=F[t+1];if(pc<0){at=fp;callee=store.funcs[F[t+2]-1];resumed=true;break}func=store.funcs[F[t+2]-1];code=func.code;if(func.instance!==instance)break;w=code.words;if(code.constants!==null)R.set(code.constants,fp+code.constantsAt);
             }
            }
           }
          }else{
           if(op<90){
            if(op<88){
             if(op<71){
              if(op<64){
               e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>=top)throw OOB_MEMORY;t=fp+w[pc+1];R[t]=u8[e];R[t+1]=0;pc+=4;
              }else{
               if(op<70){
                if(op<66){
                 if(op<65){
                  e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>=top)throw OOB_MEMORY;R[fp+w[pc+1]]=u8[e]<<24>>24;pc+=4;
                 }else{
                  al=R[fp+w[pc+2]];bl=R[fp+w[pc+3]];lo=al-bl|0;hi=R[fp+w[pc+2]+1]-R[fp+w[pc+3]+1]-(al>>>0<bl>>>0?1:0);t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
                 }
                }else{
                 if(op<68){
                  if(op<67){
                   if(R[fp+w[pc+1]]>>>0<=w[pc+2]>>>0){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                  }else{
                   if(R[fp+w[pc+1]]>>>0>=w[pc+2]>>>0){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                  }
                 }else{
                  if(op<69){
                   if(R[fp+w[pc+1]]>w[pc+2]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                  }else{
                   if(R[fp+w[pc+1]]<=w[pc+2]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                  }
                 }
                }
               }else{
                R[fp+w[pc+1]]=D[fp+w[pc+2]>>1]>D[fp+w[pc+3]>>1]?1:0;pc+=4;
               }
              }
             }else{
              if(op<72){
               if(R[fp+w[pc+1]]===R[fp+w[pc+2]]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
              }else{
               if(op<80){
                if(op<76){
                 if(op<74){
                  if(op<73){
                   S[fp+w[pc+1]]=S[fp+w[pc+4]]-fround(S[fp+w[pc+2]]*S[fp+w[pc+3]]);pc+=5;
                  }else{
                   e=(R[fp+w[pc+2]]+R[fp+w[pc+3]]>>>0)+w[pc+4];if(e>top-4)throw OOB_MEMORY;R[fp+w[pc+1]]=(e&3)===0?m32[e>>2]:loadI32(u8,e);pc+=5;
                  }
                 }else{
                  if(op<75){
                   S[fp+w[pc+1]]=fround(S[fp+w[pc+2]]*S[fp+w[pc+3]])+S[fp+w[pc+4]];pc+=5;
                  }else{
                   S[fp+w[pc+1]]=fround(S[fp+w[pc+2]]*S[fp+w[pc+3]])-S[fp+w[pc+4]];pc+=5;
                  }
                 }
                }else{
                 if(op<78){
                  if(op<77){
                   e=R[fp+w[pc+4]]!==0?fp+w[pc+2]:fp+w[pc+3];t=fp+w[pc+1];R[t]=R[e];R[t+1]=R[e+1];pc+=5;
                  }else{
                   t=R[fp+w[pc+1]]>>>0;e=w[pc+2];if(t>e)t=e;t=w[pc+3+t];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t;
                  }
                 }else{
                  if(op<79){
                   e=(R[fp+w[pc+2]]+R[fp+w[pc+3]]>>>0)+w[pc+4];if(e>top-8)throw OOB_MEMORY;t=fp+w[pc+1];if((e&3)===0){R[t]=m32[e>>2];R[t+1]=m32[(e>>2)+1]}else{R[t]=loadI32(u8,e);R[t+1]=loadI32(u8,e+4)}pc+=5;
                  }else{
                   e=(R[fp+w[pc+2]]+R[fp+w[pc+3]]>>>0)+w[pc+4];if(e>top-1)throw OOB_MEMORY;R[fp+w[pc+1]]=u8[e];pc+=5;
                  }
                 }
                }
               }else{
                if(op<84){
                 if(op<82){
                  if(op<81){
                   if(D[fp+w[pc+1]>>1]<D[fp+w[pc+2]>>1]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                  }else{
                   if(D[fp+w[pc+1]>>1]<=D[fp+w[pc+2]>>1]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                  }
                 }else{
                  if(op<83){
                   if(D[fp+w[pc+1]>>1]===D[fp+w[pc+2]>>1]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                  }else{
                   if(D[fp+w[pc+1]>>1]!==D[fp+w[pc+2]>>1]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                  }
                 }
                }else{
                 if(op<86){
                  if(op<85){
                   D[fp+w[pc+1]>>1]=D[fp+w[pc+2]>>1]*D[fp+w[pc+3]>>1]-D[fp+w[pc+4]>>1];pc+=5;
                  }else{
                   D[fp+w[pc+1]>>1]=D[fp+w[pc+4]>>1]-D[fp+w[pc+2]>>1]*D[fp+w[pc+3]>>1];pc+=5;
                  }
                 }else{
                  if(op<87){
                   if(D[fp+w[pc+1]>>1]>=D[fp+w[pc+2]>>1]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
                  }else{
                   D[fp+w[pc+1]>>1]=D[fp+w[pc+2]>>1]*D[fp+w[pc+3]>>1]+D[fp+w[pc+4]>>1];pc+=5;
                  }
                 }
                }
               }
              }
             }
            }else{
             if(op<89){
              if(R[fp+w[pc+1]]!==R[fp+w[pc+2]]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
             }else{
              R[fp+w[pc+1]]=R[fp+w[pc+4]]!==0?R[fp+w[pc+2]]:R[fp+w[pc+3]];pc+=5;
             }
            }
           }else{
            e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>top-4)throw OOB_MEMORY;R[fp+w[pc+1]]=((e&3)===0?m32[e>>2]:loadI32(u8,e));pc+=4;
           }
          }
         }else{
          if(op<101){
           if(op<92){
            e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>top-4)throw OOB_MEMORY;R[fp+w[pc+1]]=((e&3)===0?m32[e>>2]:loadI32(u8,e));pc+=4;
           }else{
            if(op<100){
             if(op<94){
              if(op<93){
               R[fp+w[pc+1]]=R[fp+w[pc+2]]>>>0>w[pc+3]>>>0?1:0;pc+=4;
              }else{
               if(R[fp+w[pc+1]]>=w[pc+2]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
              }
             }else{
              if(op<95){
               R[fp+w[pc+1]]=R[fp+w[pc+2]]-R[fp+w[pc+3]];pc+=4;
              }else{
               if(op<99){
                if(op<98){
                 if(op<96){
                  lo=DIV64_U(R[fp+w[pc+2]],R[fp+w[pc+2]+1],R[fp+w[pc+3]],R[fp+w[pc+3]+1]);hi=num.hi;t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
                 }else{
                  if(op<97){
                   t=R[fp+w[pc+1]];if(t>>>0>instance.stackHigh)throw AUX_STACK_UNDERFLOW;if(t>>>0<=instance.stackLow)throw AUX_STACK_OVERFLOW;globals[w[pc+2]].lo=t;pc+=3;
                  }else{
                   fuel-=bulk(instance,R,fp+w[pc+2],w[pc+1],w[pc+3],w[pc+4]);if(mem!==null&&mem.u8!==u8){u8=mem.u8;m32=mem.i32;top=mem.bytes}pc+=5;
                  }
                 }
                }else{
                 R[fp+w[pc+1]]=R[fp+w[pc+2]]===0?1:0;pc+=3;
                }
               }else{
                t=fp+w[pc+1];R[fp]=R[t];R[fp+1]=R[t+1];if(thread.depth===0){done=true;break}n=R[fp];t=thread.depth-=3;pc=F[t];fp=F[t+1];if(pc<0){at=fp;callee=store.funcs[F[t+2]-1];resumed=true;break}func=store.funcs[F[t+2]-1];code=func.code;if(func.instance!==instance)break;w=code.words;if(code.constants!==null)R.set(code.constants,fp+code.constantsAt);
               }
              }
             }
            }else{
             D[fp+w[pc+1]>>1]=D[fp+w[pc+2]>>1]-D[fp+w[pc+3]>>1];pc+=4;
            }
           }
          }else{
           D[fp+w[pc+1]>>1]=D[fp+w[pc+2]>>1]*D[fp+w[pc+3]>>1];pc+=4;
          }
         }
        }else{
         if(op<103){
          t=fp+w[pc+1];R[t]+=w[pc+2];pc+=3;
         }else{
          if(op<118){
           if(op<106){
            if(op<104){
             lo=R[fp+w[pc+2]]^R[fp+w[pc+3]];hi=R[fp+w[pc+2]+1]^R[fp+w[pc+3]+1];t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
            }else{
             if(op<105){
              al=R[fp+w[pc+2]];ah=R[fp+w[pc+2]+1];n=R[fp+w[pc+3]]&63;if(n===0){lo=al;hi=ah}else if(n<32){lo=al>>>n|ah<<(32-n);hi=ah>>>n}else{lo=ah>>>(n-32);hi=0};t=fp+w[pc+1];R[t]=lo;R[t+1]=hi;pc+=4;
             }else{
              e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>=top)throw OOB_MEMORY;R[fp+w[pc+1]]=u8[e];pc+=4;
             }
            }
           }else{
            if(op<116){
             if(op<108){
              if(op<107){
               D[fp+w[pc+1]>>1]=D[fp+w[pc+2]>>1]/D[fp+w[pc+3]>>1];pc+=4;
              }else{
               R[fp+w[pc+1]]=R[fp+w[pc+2]]|R[fp+w[pc+3]];pc+=4;
              }
             }else{
              if(op<112){
               if(op<110){
                if(op<109){
                 R[fp+w[pc+1]]=R[fp+w[pc+2]]<<(R[fp+w[pc+3]]&31);pc+=4;
                }else{
                 R[fp+w[pc+1]]=R[fp+w[pc+2]]>>>(R[fp+w[pc+3]]&31);pc+=4;
                }
               }else{
                if(op<111){
                 R[fp+w[pc+1]]=R[fp+w[pc+2]]<R[fp+w[pc+3]]?1:0;pc+=4;
                }else{
                 R[fp+w[pc+1]]=R[fp+w[pc+2]]>>>0<R[fp+w[pc+3]]>>>0?1:0;pc+=4;
                }
               }
              }else{
               if(op<114){
                if(op<113){
                 R[fp+w[pc+1]]=globals[w[pc+2]].lo;pc+=3;
                }else{
                 globals[w[pc+2]].lo=R[fp+w[pc+1]];pc+=3;
                }
               }else{
                if(op<115){
                 e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>top-2)throw OOB_MEMORY;R[fp+w[pc+1]]=(u8[e]|u8[e+1]<<8);pc+=4;
                }else{
                 if(thread.depth===0){done=true;break}n=R[fp];t=thread.depth-=3;pc=F[t];fp=F[t+1];if(pc<0){at=fp;callee=store.funcs[F[t+2]-1];resumed=true;break}func=store.funcs[F[t+2]-1];code=func.code;if(func.instance!==instance)break;w=code.words;if(code.constants!==null)R.set(code.constants,fp+code.constantsAt);
                }
               }
              }
             }
            }else{
             if(op<117){
              t=fp+w[pc+1];e=fp+w[pc+2];R[t]=R[e];R[t+1]=R[e+1];pc+=3;
             }else{
              if(R[fp+w[pc+1]]>R[fp+w[pc+2]]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
             }
            }
           }
          }else{
           if(op<119){
            if(R[fp+w[pc+1]]!==w[pc+2]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
           }else{
            if(op<122){
             if(op<120){
              R[fp+w[pc+1]]=R[fp+w[pc+2]]&R[fp+w[pc+3]];pc+=4;
             }else{
              if(op<121){
               e=(R[fp+w[pc+2]]>>>0)+w[pc+3];if(e>top-8)throw OOB_MEMORY;t=fp+w[pc+1];if((e&3)===0){R[t]=m32[e>>2];R[t+1]=m32[(e>>2)+1]}else{R[t]=loadI32(u8,e);R[t+1]=loadI32(u8,e+4)};pc+=4;
              }else{
               if(R[fp+w[pc+1]]===w[pc+2]){t=w[pc+3];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t}else pc+=4;
              }
             }
            }else{
             pc+=2;
            }
           }
          }
         }
        }
       }
      }else pc=cold(op,w,pc,fp,R,D,S,instance,u8,m32,top);
      }
    }
  }catch(x){
    thread.fuel=fuel;thread.pc=pc;thread.fp=fp;thread.current=func;thread.trapBehind=callee!==null;thread.callee=null;
    if(x===EXIT)return DONE;
    if(typeof x!=='number')throw x;
    thread.trap=x;
    return TRAPPED;
  }
}
