// The types of a store: every defined type of its modules under one number, equal types under the same, so that functions, tags and references
// of different modules can be compared. Device-safe. Spec: core 3.0, 3.1.4 Recursive Types, 4.2.2 (types of instances are closed).

import { HAS_GC, HAS_TYPED_REFS } from '../spec/features';
import { type FuncType, groupKey, heapOf, isNullable, isRef, refType, typeKey } from '../spec/types';
import type { Store } from './store';

/** A type as the store keeps it: its supertype is a number of the store too. */
function stored(type: FuncType, ids: number[], first: number, id: number): FuncType {
  const sub = type.sub;
  if (!HAS_GC || sub === null || sub.supertype < 0) return type;
  const supertype = sub.supertype < first ? ids[sub.supertype] : id + sub.supertype - first;
  return {
    params: type.params,
    results: type.results,
    sub: {
      form: sub.form,
      fields: sub.fields,
      mutable: sub.mutable,
      supertype: supertype,
      final: sub.final,
      first: id,
      count: sub.count,
    },
  };
}

/** Where every type stands for itself: its number among the store's few, by a list that takes less room than a table. */
function plainId(store: Store, type: FuncType): number {
  const keys = store.typeList;
  const key = typeKey(type);
  const id = keys.indexOf(key);
  return id >= 0 ? id : keys.push(key) - 1;
}

/** The store's number of each of a module's types. */
export function typeIds(store: Store, types: FuncType[]): number[] {
  const ids: number[] = [];
  if (!HAS_TYPED_REFS) {
    for (let i = 0; i < types.length; i++) ids.push(plainId(store, types[i]));
    return ids;
  }
  for (let first = 0; first < types.length; ) {
    const key = groupKey(types, first, ids);
    const sub = types[first].sub;
    const end = first + (sub === null ? 1 : sub.count);
    let id = store.typeKeys[key];
    const known = id !== undefined;
    if (!known) id = store.typeKeys[key] = store.types.length;
    for (let i = first; i < end; i++) {
      if (!known) {
        store.types.push(stored(types[i], ids, first, id));
        store.canon.push(store.canon.length);
      }
      ids.push(id + i - first);
    }
    first = end;
  }
  return ids;
}

/** The store's number of a function type whose references are to abstract types. */
export function typeId(store: Store, type: FuncType): number {
  return typeIds(store, [type])[0];
}

/** A value type of a module as a type of the store: a type index in it becomes the store's number. */
export function storeType(ids: number[], type: number): number {
  return HAS_TYPED_REFS && isRef(type) && heapOf(type) >= 0 ? refType(isNullable(type), ids[heapOf(type)]) : type;
}
