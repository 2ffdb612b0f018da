// Package archtest holds the architecture as tests: who may import whom,
// which words stay outside the core, and which projection owns which table.
package archtest
