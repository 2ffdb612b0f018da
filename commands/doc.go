// Package commands carries out wishes to change something: one method of
// Service per use case, one write path for all of them. A command folds the
// states that its rule asks for, lets the rule decide, seals what is personal
// and appends, guarded by what it has read; when another writer was faster it
// folds on and decides again.
package commands
