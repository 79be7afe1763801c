// Package bulk holds what the resources that manage many rows at once share: the difference between what is and what
// should be, the ownership rules, the summary that a plan shows, and the guard against mass removal. Nothing in it knows
// the API.
package bulk
