// Words for the trap a board reports: the spec's texts, with their details put in.
export { trapText } from '../../src/spec/texts';
