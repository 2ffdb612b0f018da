package assets

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path"
	"strconv"
	"time"

	"parley/domain"
)

// ID is the id of an asset, a random positive 63-bit number.
type ID int64

func newID() ID {
	var b [8]byte
	for {
		rand.Read(b[:])
		if id := ID(binary.BigEndian.Uint64(b[:]) >> 1); id != 0 {
			return id
		}
	}
}

func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// MarshalText writes the id in decimal.
func (id ID) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(id), 10), nil }

// UnmarshalText reads what MarshalText writes.
func (id *ID) UnmarshalText(b []byte) error {
	n, err := domain.ParseID(string(b))
	*id = ID(n)
	return err
}

// State is how far an upload has come.
type State string

// The states of an upload. Processing is one whose bytes are here and checked,
// and which waits for its completion.
const (
	Pending    State = "pending"
	Processing State = "processing"
	Ready      State = "ready"
	Failed     State = "failed"
)

// Asset is what is known of a file. Times are milliseconds since 1970.
type Asset struct {
	ID        ID                `json:"id"`
	App       domain.AppID      `json:"app"`
	Owner     domain.UserID     `json:"owner"`
	For       domain.UploadType `json:"upload_type"`
	Channel   domain.ChannelID  `json:"channel,omitzero"`
	Shortcode string            `json:"shortcode,omitempty"`
	File      string            `json:"filename"`     // as it is offered to those who save it
	Declared  string            `json:"content_type"` // what the uploader says
	Type      string            `json:"sniffed_type,omitempty"`
	Size      int64             `json:"size"`
	SHA256    string            `json:"sha256,omitempty"`
	State     State             `json:"state"`
	CreatedAt int64             `json:"created_at"`
	ExpiresAt int64             `json:"expires_at"` // of the upload
}

// Lifetimes of an upload. The bytes may still be on their way when the URL
// expires, and a completion may come a little later; what is then not complete
// is taken away.
const (
	uploadTTL     = time.Hour
	completeGrace = time.Hour
	sweepGrace    = 2 * time.Hour
)

// shown is the asset with the state in which its uploader sees it.
func (a Asset) shown(now time.Time, busy bool) Asset {
	ends := time.UnixMilli(a.ExpiresAt)
	switch {
	case a.State == Pending && busy:
		a.State = Processing
	case a.State == Pending && !now.Before(ends), a.State == Processing && !now.Before(ends.Add(completeGrace)):
		a.State = Failed
	}
	return a
}

// Names of what is kept of an asset. Folders by the last digits keep each of
// them small; no name holds anything that a client chose.
const (
	metaName  = "json"
	bytesName = "bytes"
	unfitName = "unfit" // its image cannot be made smaller, and why
)

func keyOf(app domain.AppID, id ID, name string) string {
	return path.Join(string(app), fmt.Sprintf("%03d", id%1000), id.String()+"."+name)
}

// owners is the folder with a note for each asset of a user: its size, and
// until it is complete its expiry. They bound what a user may keep without any
// list in memory.
const owners = "owners"

func ownerKey(app domain.AppID, u domain.UserID) string {
	sum := sha256.Sum256([]byte(u))
	return path.Join(string(app), owners, hex.EncodeToString(sum[:16]))
}

// note is the name of an asset's entry in its owner's folder.
type note struct {
	id      ID
	size    int64
	expires int64 // ms, 0 for a complete one
}

func (n note) String() string {
	s := n.id.String() + "." + strconv.FormatInt(n.size, 10)
	if n.expires != 0 {
		s += "." + strconv.FormatInt(n.expires, 10)
	}
	return s
}

func (a Asset) pendingNote() note { return note{a.ID, a.Size, a.ExpiresAt} }
func (a Asset) readyNote() note   { return note{a.ID, a.Size, 0} }
