// Error codes: the number on the wire, in `--json`, in exit codes and in docs. The name is the constant's own; cause and
// next step stand in table.ts, which devices do not carry. Device-safe. Numbers are stable: never reuse one.

export const INTERNAL = 1; // a fault of ours
export const USAGE = 2;
export const FILE = 3; // that is to be read
export const OUTPUT = 4; // a file that is to be written

export const NOPORT = 10;
export const BUSY = 11;
export const DENIED = 12;
export const SILENT = 13;
export const REPL = 14;
export const FIRMWARE = 15;
export const NOISE = 16;
export const STUCK = 17;
export const PROTO = 18;

export const NOBROKER = 20;
export const LOGIN = 21;
export const ACL = 22;
export const DUPID = 23;
export const OFFLINE = 24;
export const TLS = 25;
export const FLOOD = 26;
export const NODEVICE = 27;
export const NOAPP = 28;
export const DUPNAME = 29;

export const FORM = 30;
export const SIG = 31;
export const ARTEFACT = 32; // what is no compiled text, or cut
export const ARTFORMAT = 33;
export const ARTKEY = 34;
export const ARTDAMAGE = 35;
export const BLOCK = 44;
export const LONG = 45;
export const HASH = 46;
export const WASM = 47;
export const ROT = 49;

export const SPACE = 50;
export const RAM = 51;
export const NEEDS = 52;
export const ABI = 53;
export const COMPONENT = 55;
export const IMPORTS = 56;
export const ENTRY = 57;
export const BUILD = 58; // the app's source does not compile

export const TRAP = 60;
export const FUEL = 61;
export const MEM = 62;
export const LOOP = 64;
export const QUOTA = 66;
export const STATUS = 67;

export const RACE = 70;
export const TIMEOUT = 72;
