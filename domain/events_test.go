package domain_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

var update = flag.Bool("update", false, "write missing files under testdata; it never changes one that is there")

// goldenFile is the text of a file under testdata without its final newline.
func goldenFile(t *testing.T, path string, now []byte) []byte {
	t.Helper()
	path = filepath.Join("testdata", path)
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) && *update {
		text = append(bytes.Clone(now), '\n')
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, text, 0o644))
		err = nil
	}
	require.NoError(t, err)
	return bytes.TrimSuffix(text, []byte("\n"))
}

func TestWireFormsAreFrozen(t *testing.T) {
	for _, c := range frozen {
		t.Run(c.file, func(t *testing.T) {
			typ, v, data, err := domain.EncodeEvent(c.event)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf("%s.v%d", typ, v), strings.TrimSuffix(c.file, ".min"))

			file := goldenFile(t, "events/"+c.file+".json", data)
			require.Equal(t, string(file), string(data))
			got, err := domain.DecodeEvent(typ, v, file)
			require.NoError(t, err)
			require.Equal(t, c.event, got)
		})
	}
}

func TestEveryEventTypeHasItsFiles(t *testing.T) {
	want := map[string]bool{}
	for name, version := range domain.EventTypes() {
		for v := 1; v <= version; v++ {
			file := fmt.Sprintf("%s.v%d.json", name, v)
			want[file] = true
			e, err := domain.DecodeEvent(name, v, []byte(`{}`))
			require.NoError(t, err)
			if hasOptional(reflect.TypeOf(e)) {
				want[strings.TrimSuffix(file, ".json")+".min.json"] = true
			}
		}
	}
	have := map[string]bool{}
	files, err := os.ReadDir("testdata/events")
	require.NoError(t, err)
	for _, f := range files {
		have[f.Name()] = true
	}
	require.Equal(t, want, have)

	tested := map[string]bool{}
	for _, c := range frozen {
		require.False(t, tested[c.file+".json"], c.file)
		tested[c.file+".json"] = true
	}
	require.Equal(t, want, tested)
}

// A full file has every field, so that none can be renamed unseen.
func TestFullFilesHaveEveryField(t *testing.T) {
	for _, c := range frozen {
		v := reflect.ValueOf(c.event)
		for i := range v.NumField() {
			tag := v.Type().Field(i).Tag.Get("json")
			require.NotEmpty(t, tag, "%s.%s has no name on the wire", c.file, v.Type().Field(i).Name)
			minimal := strings.HasSuffix(c.file, ".min")
			if optional := strings.Contains(tag, ",omit"); optional || !minimal {
				require.Equal(t, minimal, v.Field(i).IsZero(), "%s.%s", c.file, v.Type().Field(i).Name)
			}
		}
	}
}

func hasOptional(t reflect.Type) bool {
	for i := range t.NumField() {
		if strings.Contains(t.Field(i).Tag.Get("json"), ",omit") {
			return true
		}
	}
	return false
}

// secretFields lists what an event holds that must be sealed, by its fields.
func secretFields(e domain.Event) (secrets []*domain.Secret, digest *domain.Digest) {
	v := reflect.ValueOf(e)
	for i := range v.NumField() {
		switch f := v.Field(i).Interface().(type) {
		case *domain.Secret:
			secrets = append(secrets, f)
		case *domain.Digest:
			digest = f
		}
	}
	return secrets, digest
}

func TestContentOfBlobsIsFrozen(t *testing.T) {
	for want, v := range frozenPlain {
		got, err := json.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
		back := reflect.New(reflect.TypeOf(v))
		require.NoError(t, json.Unmarshal([]byte(want), back.Interface()))
		require.Equal(t, v, back.Elem().Interface())
	}
}

func TestNewFieldsOfNewerCodeAreIgnored(t *testing.T) {
	got, err := domain.DecodeEvent("MemberRemoved", 1, []byte(`{"user":"mia","why":{"deep":[1]}}`))
	require.NoError(t, err)
	require.Equal(t, domain.MemberRemoved{User: "mia"}, got)
}

func TestUnknownTypesAreKeptByName(t *testing.T) {
	for _, data := range []string{`{}`, ``, `not JSON`} {
		got, err := domain.DecodeEvent("Scavenged", 3, []byte(data))
		require.NoError(t, err)
		require.Equal(t, domain.Unknown{Name: "Scavenged", V: 3}, got)
		require.Equal(t, "Scavenged", got.Type())
	}
	_, _, _, err := domain.EncodeEvent(domain.Unknown{Name: "Scavenged", V: 3})
	require.ErrorContains(t, err, "event Scavenged is not registered")
}

func TestVersionsThatWereNeverWrittenAreErrors(t *testing.T) {
	for name, version := range domain.EventTypes() {
		for _, v := range []int{-1, 0, version + 1, version + 100} {
			e, err := domain.DecodeEvent(name, v, []byte(`{}`))
			require.ErrorContains(t, err, fmt.Sprintf("event %s: version %d", name, v))
			require.Nil(t, e)
		}
	}
}

func TestBrokenDataIsAnError(t *testing.T) {
	for name, data := range map[string]string{
		"MemberAdded":        `{"user":5}`,
		"MessageSent":        `{"refs":["0"]}`,
		"MessageEdited":      `{"version":7}`,
		"MessageDeleted":     `{"version":"seven"}`,
		"ReactionAdded":      `{"ref":"1.5"}`,
		"ReadCursorAdvanced": `{"message":"-1"}`,
		"UserNamed":          `{"sealed":"not base64!"}`,
		"ChannelCreated":     `[]`,
		"AppCreated":         ``,
	} {
		e, err := domain.DecodeEvent(name, 1, []byte(data))
		require.ErrorContains(t, err, "event "+name)
		require.Nil(t, e)
	}
}

func TestEveryVersionEverWrittenCanBeRead(t *testing.T) {
	require.NoError(t, domain.CheckEvents())
}
