// WebAssembly.Module and validate. Modules of features that are not run here are refused when they are compiled, so that validate() tells
// programs what they may use. Spec: JS API, 5.1.

import { type Module as Parsed, parseModule } from '../../runtime/module';
import { EXECUTABLE, MULTI_TABLE } from '../../spec/features';
import { CompileError, faultMessage } from './errors';
import { type ImportExportKind, KINDS } from './types';
import { asInterface, copyBytes, Pairs } from './webidl';

export interface ModuleExportDescriptor {
  name: string;
  kind: ImportExportKind;
}
export interface ModuleImportDescriptor extends ModuleExportDescriptor {
  module: string;
}
export type BufferSource = ArrayBuffer | ArrayBufferView;

/** Decodes and validates; owns bytes from now on. Throws CompileError. */
export function compileBytes(bytes: Uint8Array): Parsed {
  try {
    return parseModule(bytes, EXECUTABLE | MULTI_TABLE);
  } catch (error) {
    throw typeof error === 'number' ? new CompileError(faultMessage(error)) : error;
  }
}

export class Module {
  /** Copies the bytes. Throws TypeError, CompileError. */
  constructor(bytes: BufferSource) {
    modules.add(this, compileBytes(copyBytes(bytes)));
  }

  static exports(module: Module): ModuleExportDescriptor[] {
    return modules.raw(module).exports.map(({ name, kind }) => ({ name, kind: KINDS[kind] }));
  }

  static imports(module: Module): ModuleImportDescriptor[] {
    return modules.raw(module).imports.map(({ module, name, kind }) => ({ module, name, kind: KINDS[kind] }));
  }

  /** Copies of the contents of the custom sections of that name. */
  static customSections(module: Module, sectionName: string): ArrayBuffer[] {
    const { customs, bytes } = modules.raw(module);
    if (sectionName === undefined) throw new TypeError('sectionName is missing');
    const wanted = `${sectionName}`;
    return customs.filter(custom => custom.name === wanted).map(custom => bytes.slice(custom.start, custom.end).buffer as ArrayBuffer);
  }
}

/** Whether the bytes are a module that may be instantiated here. Throws TypeError when they are no bytes. */
export function validate(bytes: BufferSource): boolean {
  const copy = copyBytes(bytes);
  try {
    compileBytes(copy);
    return true;
  } catch (error) {
    if (error instanceof CompileError) return false;
    throw error;
  }
}

/** Modules and their objects. */
export const modules = new Pairs<Module, Parsed>('Module', () => Object.create(Module.prototype));

asInterface('Module', Module, 1);
