package embeddedpg

import "path/filepath"

// Exists reports whether a data directory has a cluster, in it or elsewhere.
// It changes nothing.
func Exists(dataDir string) bool {
	return exists(filepath.Join(dataDir, locationFile)) || exists(filepath.Join(dataDir, "pg", "PG_VERSION"))
}
