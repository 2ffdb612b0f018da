package keyring

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
)

// RootFingerprints reads a root key file and tells its generations apart. It
// changes nothing. A file that cannot be used is a RootKeyError, one that does
// not exist is fs.ErrNotExist.
func RootFingerprints(path string) (map[int]string, error) {
	keys, err := readRootFile(path)
	if err != nil {
		return nil, err
	}
	fingerprints := map[int]string{}
	for g, raw := range keys {
		fingerprints[g] = rootFingerprint(g, raw)
	}
	return fingerprints, nil
}

// Generations reads which generations of the root key a database uses, by
// their fingerprints.
func Generations(ctx context.Context, db *pgx.Conn) (map[int]string, error) {
	return generations(ctx, db)
}

// CompareRoots refuses a file without the generations that a database uses.
func CompareRoots(file string, inFile, inDatabase map[int]string) error {
	for _, g := range slices.Sorted(maps.Keys(inDatabase)) {
		detail := fmt.Sprintf("generation %d", g)
		switch inFile[g] {
		case inDatabase[g]:
		case "":
			return &RootKeyError{
				File: file, Reason: ErrRootKeyLacks, Detail: detail,
				Remedy: "copy the current file from another node or from its backup",
			}
		default:
			return &RootKeyError{
				File: file, Reason: ErrRootKeyDiffers, Detail: detail,
				Remedy: "use the file that this database was started with, or the database that belongs to this file",
			}
		}
	}
	return nil
}
