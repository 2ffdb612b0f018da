package assets

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"parley/domain"
)

// Config says where assets are and what one user may keep. Store, Key and URL
// are required; limits that are 0 have the values of DefaultLimits.
type Config struct {
	Store  Store
	Key    string        // signs URLs; at least 32 characters
	URL    string        // what the URLs of assets begin with, absolute
	URLTTL time.Duration // of downloads; an hour when 0
	Limits Limits
	// Types are the content types of attachments, none for those of the
	// contract.
	Types  []string
	Now    func() time.Time
	Logger *slog.Logger
}

// Limits bound what one user may keep.
type Limits struct {
	Pending int   // uploads that are not complete
	Files   int   // uploads at all
	Bytes   int64 // of uploads at all, announced ones included
}

// DefaultLimits are the limits when nothing is said of them.
var DefaultLimits = Limits{Pending: 20, Files: 10_000, Bytes: 5 << 30}

// Bounds of the lifetime of URLs (CH-513).
const (
	normalTTL = time.Hour
	minTTL    = time.Minute
	maxTTL    = 7 * 24 * time.Hour
)

// Service takes, keeps and serves assets.
type Service struct {
	Config
	signer *Signer
	thumbs *thumbnailer

	mu     sync.Mutex
	busy   map[ID]bool // bytes are being received
	owners [64]sync.Mutex
}

// New makes a Service; Validate has found nothing.
func New(c Config) (*Service, error) {
	c = c.withDefaults()
	if err := c.Validate(); err != nil {
		return nil, err
	}
	signer, err := NewSigner(c.Key)
	if err != nil {
		return nil, err
	}
	c.URL = strings.TrimRight(c.URL, "/")
	s := &Service{Config: c, signer: signer, busy: map[ID]bool{}}
	s.thumbs = newThumbnailer(s)
	return s, nil
}

func (c Config) withDefaults() Config {
	if c.URLTTL == 0 {
		c.URLTTL = normalTTL
	}
	if c.Limits.Pending == 0 {
		c.Limits.Pending = DefaultLimits.Pending
	}
	if c.Limits.Files == 0 {
		c.Limits.Files = DefaultLimits.Files
	}
	if c.Limits.Bytes == 0 {
		c.Limits.Bytes = DefaultLimits.Bytes
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

// Validate finds everything that is wrong with the settings.
func (c Config) Validate() error {
	var errs []error
	if len(c.Key) < minKey {
		errs = append(errs, fmt.Errorf("the asset key needs at least %d characters", minKey))
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		errs = append(errs, errors.New("the asset URL is no base of URLs: want http:// or https://, a host and maybe a path"))
	}
	if c.URLTTL != 0 && (c.URLTTL < minTTL || c.URLTTL > maxTTL || c.URLTTL%time.Second != 0) {
		errs = append(errs, errors.New("asset URLs live for whole seconds from 60s to 168h"))
	}
	if c.Limits.Pending < 0 || c.Limits.Files < 0 || c.Limits.Bytes < 0 {
		errs = append(errs, errors.New("the limits of assets are not negative"))
	}
	return errors.Join(errs...)
}

// Signer checks the URLs that the service issues.
func (s *Service) Signer() *Signer { return s.signer }

// URL is a signed URL of an asset in a size, and when it ends. Nobody looks
// whether there is such an asset.
func (s *Service) URL(app domain.AppID, asset, size string) (string, time.Time) {
	expires := s.Now().Add(s.URLTTL).Truncate(time.Second)
	return s.base(app, asset) + "?" + s.signer.download(app, asset, size, expires), expires
}

func (s *Service) base(app domain.AppID, asset string) string {
	return s.Config.URL + "/" + string(app) + "/" + url.PathEscape(asset)
}

// owner is the lock under which a user's uploads are counted.
func (s *Service) owner(app domain.AppID, u domain.UserID) *sync.Mutex {
	h := fnv.New32a()
	h.Write([]byte(app))
	h.Write([]byte{0})
	h.Write([]byte(u))
	return &s.owners[h.Sum32()%uint32(len(s.owners))]
}

// hold claims the bytes of an asset; false if somebody is sending them.
func (s *Service) hold(id ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[id] {
		return false
	}
	s.busy[id] = true
	return true
}

func (s *Service) free(id ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, id)
}

func (s *Service) held(id ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busy[id]
}

// load reads what is known of an asset; false without any.
func (s *Service) load(ctx context.Context, app domain.AppID, id ID) (a Asset, found bool, err error) {
	f, err := s.Store.Open(ctx, keyOf(app, id, metaName))
	if errors.Is(err, fs.ErrNotExist) {
		return a, false, nil
	}
	if err != nil {
		return a, false, err
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, 64<<10)).Decode(&a); err != nil {
		return a, false, fmt.Errorf("read what is known of asset %s: %w", id, err)
	}
	return a, a.App == app && a.ID == id, nil
}

func (s *Service) save(ctx context.Context, a Asset) error {
	b, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("asset %s: %w", a.ID, err)
	}
	return s.put(ctx, keyOf(a.App, a.ID, metaName), b)
}

func (s *Service) put(ctx context.Context, key string, b []byte) error {
	return s.Store.Put(ctx, key, int64(len(b)), bytes.NewReader(b))
}

// refused turns what a full store says into the answer for the caller.
func refused(err error) error {
	if errors.Is(err, ErrFull) {
		return domain.ErrUnavailable.Because("there is no room for more files right now")
	}
	return err
}
