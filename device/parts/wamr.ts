// Part `wamr`: WAMR's app framework, for apps built for it. Device-safe.

export { wamrNatives as natives } from '../../src/app/wamr';
