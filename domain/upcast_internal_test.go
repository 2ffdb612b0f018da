package domain

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// greeted is an event in its third version: v1 had a name, v2 split it, v3
// counts.
type greeted struct {
	First string `json:"first"`
	Last  string `json:"last"`
	Times int    `json:"times"`
}

func (greeted) Type() string { return "Greeted" }

func split(data json.RawMessage) (json.RawMessage, error) {
	var v1 struct{ Name string }
	if err := json.Unmarshal(data, &v1); err != nil {
		return nil, err
	}
	return json.Marshal(map[string]string{"first": v1.Name[:1], "last": v1.Name[1:]})
}

func counted(data json.RawMessage) (json.RawMessage, error) {
	var v2 map[string]any
	if err := json.Unmarshal(data, &v2); err != nil {
		return nil, err
	}
	v2["times"] = 1
	return json.Marshal(v2)
}

func registryOf(version int, upcasts map[int]upcaster) map[string]eventType {
	t := of[greeted](version)
	t.upcasts = upcasts
	return register(t)
}

func TestUpcastersLeadFromEachVersionToTheNewest(t *testing.T) {
	types := registryOf(3, map[int]upcaster{1: split, 2: counted})
	require.NoError(t, checkEvents(types))
	for v, data := range map[int]string{
		1: `{"name":"AB"}`,
		2: `{"first":"A","last":"B"}`,
		3: `{"first":"A","last":"B","times":1}`,
	} {
		got, err := decodeEvent(types, "Greeted", v, []byte(data))
		require.NoError(t, err)
		require.Equal(t, greeted{"A", "B", 1}, got, "from version %d", v)
	}

	_, err := decodeEvent(types, "Greeted", 4, []byte(`{}`))
	require.ErrorContains(t, err, "version 4 is not known, the newest is 3")
	_, err = decodeEvent(types, "Greeted", 1, []byte(`broken`))
	require.ErrorContains(t, err, "event Greeted: upcast from version 1")
	got, err := decodeEvent(types, "Waved", 9, nil)
	require.NoError(t, err)
	require.Equal(t, Unknown{Name: "Waved", V: 9}, got)
}

func TestFaultOfAnUpcasterIsNotSwallowed(t *testing.T) {
	fault := errors.New("out of paper")
	types := registryOf(3, map[int]upcaster{1: split, 2: func(json.RawMessage) (json.RawMessage, error) { return nil, fault }})
	_, err := decodeEvent(types, "Greeted", 1, []byte(`{"name":"AB"}`))
	require.ErrorIs(t, err, fault)
	require.ErrorContains(t, err, "from version 2")
}

func TestCheckFindsGapsInTheChain(t *testing.T) {
	tests := map[string]struct {
		version int
		upcasts map[int]upcaster
		want    string
	}{
		"first step missing": {3, map[int]upcaster{2: counted}, "no upcaster from version 1 to 2"},
		"last step missing":  {3, map[int]upcaster{1: split}, "no upcaster from version 2 to 3"},
		"no steps":           {2, nil, "no upcaster from version 1 to 2"},
		"step is nil":        {2, map[int]upcaster{1: nil}, "no upcaster from version 1 to 2"},
		"one too many":       {2, map[int]upcaster{1: split, 2: counted}, "2 upcasters for version 2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, checkEvents(registryOf(tt.version, tt.upcasts)), "event Greeted: "+tt.want)
		})
	}
	require.NoError(t, checkEvents(registryOf(1, nil)))
}
