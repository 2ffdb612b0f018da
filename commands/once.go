package commands

import (
	"strconv"

	"parley/domain"
)

// NativeOnce is the scope of a native Idempotency-Key: one caller's use of
// one key for one command in one channel, on one target there if there is one.
func NativeOnce(a domain.Actor, command string, c domain.ChannelID, key string, target ...string) []string {
	return append([]string{string(a.App), "n", command, a.ID, c.String(), key}, target...)
}

func isImport(once []string) bool { return len(once) > 1 && once[1] == importScope }

const importScope = "i"

// ImportOnce is the scope of the n-th entry of an imported source.
func ImportOnce(app domain.AppID, source string, n int64) []string {
	return []string{string(app), importScope, source, strconv.FormatInt(n, 10)}
}
