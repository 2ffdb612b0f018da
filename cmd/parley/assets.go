package main

import (
	"path/filepath"
	"strings"
	"time"

	"parley/internal/assets"
	"parley/internal/server"
)

// assetPath is where a server serves the URLs of files itself.
const assetPath = "/v1/assets"

// assetFlags are the settings of files that users send.
type assetFlags struct {
	AssetKey      string        `help:"Key that signs the URLs of files, shared with a store elsewhere; at least 32 characters; generated in the data directory when empty." env:"PARLEY_ASSET_KEY"`
	AssetURL      string        `help:"What the URLs of files begin with: your public address and /v1/assets behind a proxy, or a store elsewhere; the server's own address when empty." placeholder:"URL" env:"PARLEY_ASSET_URL"`
	AssetURLTTL   time.Duration `help:"How long a URL of a file is good, 60s to 168h." name:"asset-url-ttl" default:"1h" env:"PARLEY_ASSET_URL_TTL"`
	AssetQuota    int64         `help:"MiB of files that one user may keep." name:"asset-quota-mib" default:"5120" env:"PARLEY_ASSET_QUOTA_MIB"`
	AssetFiles    int           `help:"Files that one user may keep." default:"10000" env:"PARLEY_ASSET_FILES"`
	AssetPending  int           `help:"Uploads that one user may have begun and not completed." default:"20" env:"PARLEY_ASSET_PENDING"`
	AssetReserved int64         `help:"MiB of the disk that files leave free." name:"asset-reserved-mib" default:"1024" env:"PARLEY_ASSET_RESERVED_MIB"`

	ownURL string // what URLs begin with when nothing else is said
}

// check finds what is wrong with the settings before anything is touched.
func (f assetFlags) check() error {
	c := f.config()
	if c.Key == "" {
		c.Key = strings.Repeat("x", minSecret) // one is made later
	}
	return c.Validate()
}

func (f assetFlags) config() server.Assets {
	url := f.AssetURL
	if url == "" {
		url = f.ownURL
	}
	if url == "" {
		url = "http://127.0.0.1" + assetPath // nobody is served
	}
	return server.Assets{
		Config: assets.Config{
			Key: f.AssetKey, URL: url, URLTTL: f.AssetURLTTL,
			Limits: assets.Limits{Pending: f.AssetPending, Files: f.AssetFiles, Bytes: f.AssetQuota << 20},
		},
		Reserved: f.AssetReserved << 20,
	}
}

// settings are for a server with a data directory.
func (f assetFlags) settings(dir string) (c server.Assets, err error) {
	c = f.config()
	c.Dir = filepath.Join(dir, "assets")
	c.Key, err = keptSecret(f.AssetKey, dir, assetFile)
	return c, err
}
