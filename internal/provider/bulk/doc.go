// Package bulk holds what the resources that manage many objects at once share: the difference between what is and
// what shall be, the ownership rules, the summary that a plan shows, the guard against mass removal, and the reading
// of input files. Nothing in it knows the API.
package bulk
