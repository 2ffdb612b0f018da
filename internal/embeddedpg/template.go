package embeddedpg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// fromTemplate copies a cluster that was initialised earlier on this machine,
// and makes that one first when it is missing.
func (c *cluster) fromTemplate(ctx context.Context, dir string) error {
	if err := os.MkdirAll(c.TemplateDir, 0o700); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	key := sha256.Sum256([]byte(c.bin.dir + c.bin.version + strings.Join(initdbArgs, " ")))
	template := filepath.Join(c.TemplateDir, hex.EncodeToString(key[:8]))
	guard, err := os.OpenFile(filepath.Join(c.TemplateDir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	defer guard.Close()
	if err := flock(guard, syscall.LOCK_EX); err != nil { // others need a second at most
		return fmt.Errorf("template: %w", err)
	}
	if exists(template) {
		return copyTree(template, dir, c.account)
	}
	if err := c.initdb(ctx, dir); err != nil {
		return err
	}
	return saveTemplate(dir, template)
}

// saveTemplate keeps a copy of a fresh cluster, which belongs to us.
func saveTemplate(dir, template string) error {
	unfinished := template + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	if err := copyTree(dir, unfinished, account{}); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	return os.Rename(unfinished, template)
}
