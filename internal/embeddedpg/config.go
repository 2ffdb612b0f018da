package embeddedpg

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"
)

const (
	superuser = "parley" // the role that owns everything in the cluster
	database  = "parley" // the database that URL names
)

// Config says where the server lives and how it runs. Only DataDir is needed.
type Config struct {
	// DataDir is parley's data directory; the cluster lives in its folder pg,
	// or below FallbackDir when the server's account cannot enter it.
	DataDir string
	// BinDir holds postgres and initdb. Empty: PATH, then the usual folders.
	BinDir string
	// Logger takes progress and warnings. Nil: slog.Default.
	Logger *slog.Logger
	// Ephemeral turns durability off: for throw-away data only.
	Ephemeral bool
	// Settings are PostgreSQL parameters that win over the ones chosen here.
	Settings map[string]string
	// TemplateDir, when set, keeps an initialised cluster for each version of
	// PostgreSQL, which new clusters are copied from: faster than initdb.
	TemplateDir string
	// FallbackDir holds clusters whose data directory the server's account
	// cannot enter. Empty: /var/lib/parley.
	FallbackDir string
	// StartTimeout bounds the wait for the first query, crash recovery
	// included. Zero: ten minutes.
	StartTimeout time.Duration
}

func (c Config) withDefaults() (Config, error) {
	if c.DataDir == "" {
		return c, errors.New("embedded PostgreSQL: no data directory given")
	}
	if c.StartTimeout < 0 {
		return c, fmt.Errorf("embedded PostgreSQL: negative start timeout %s", c.StartTimeout)
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.FallbackDir == "" {
		c.FallbackDir = "/var/lib/parley"
	}
	if c.StartTimeout == 0 {
		c.StartTimeout = 10 * time.Minute
	}
	return c, nil
}

// settings are the parameters for a laptop that runs other things too. No
// statement's parameters, and no statement that failed, reach the log: they
// hold what people wrote.
func (c Config) settings() map[string]string {
	s := map[string]string{
		"autovacuum":                        "on",
		"checkpoint_timeout":                "15min",
		"cluster_name":                      "parley",
		"fsync":                             "on",
		"full_page_writes":                  "on",
		"jit":                               "off",
		"listen_addresses":                  "",
		"log_destination":                   "stderr",
		"log_error_verbosity":               "terse",
		"log_line_prefix":                   "%m [%p] ",
		"log_min_duration_statement":        "500ms",
		"log_min_error_statement":           "panic",
		"log_parameter_max_length":          "0",
		"log_parameter_max_length_on_error": "0",
		"log_timezone":                      "UTC",
		"logging_collector":                 "off",
		"max_connections":                   "100",
		"max_wal_size":                      "2GB",
		"random_page_cost":                  "1.1",
		"shared_buffers":                    "256MB",
		"synchronous_commit":                "on",
		"timezone":                          "UTC",
		"unix_socket_permissions":           "0700",
		"wal_buffers":                       "16MB",
	}
	if c.Ephemeral {
		s["fsync"], s["full_page_writes"] = "off", "off"
	}
	maps.Copy(s, c.Settings)
	return s
}

// arguments renders settings for the command line, where they win over every
// file in the cluster.
func arguments(settings map[string]string) []string {
	args := make([]string, 0, 2*len(settings))
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}
