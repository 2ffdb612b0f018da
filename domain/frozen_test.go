package domain_test

import (
	"encoding/json"

	"parley/domain"
)

// frozen is every event under testdata/events and what its file must decode
// to: <Type>.v<version>.json with every field, .min.json with the required
// ones only. Files are added and never changed.
var frozen = []struct {
	file  string
	event domain.Event
}{
	{"AppCreated.v1", domain.AppCreated{}},
	{"KeyIssued.v1", domain.KeyIssued{
		Key: "root", Version: 2, Fingerprint: "f00d", Native: true,
		Capability: map[string][]string{"*": {"*"}, "books:*": {"publish", "subscribe"}},
	}},
	{"AppLimited.v1", domain.AppLimited{Limits: domain.Limits{
		Off: true, UserSends: 20, UserSendBurst: 60, UserRequests: 100.5, UserBurst: 200, AppSends: 2000, AppHistoryReads: 50,
	}}},
	{"KeyRevoked.v1", domain.KeyRevoked{Key: "root"}},

	{"UserNamed.v1", domain.UserNamed{Issued: 1772366400000, Digest: digest, Sealed: blob}},
	{"UserBlocked.v1", domain.UserBlocked{User: "bob"}},
	{"UserUnblocked.v1", domain.UserUnblocked{User: "bob"}},
	{"ChannelHidden.v1", domain.ChannelHidden{Channel: 819916800000000002}},
	{"ChannelShown.v1", domain.ChannelShown{Channel: 819916800000000002}},
	{"UserErased.v1", domain.UserErased{}},

	{"ChannelCreated.v1", domain.ChannelCreated{
		Kind: domain.Room, Natural: &domain.NaturalKey{Pair: []domain.UserID{"ann", "bob"}, Name: "Books & Films", Salt: 1}, Owner: "olga",
		Members: []domain.FirstMember{
			{User: "olga", Role: domain.RoleOwner},
			{User: "größe 100%", Role: domain.RoleMember, Inviter: "olga"},
		},
		Settings: map[string]any{"open": true, "limit": 10.5, "tags": []any{"a", nil}, "nested": map[string]any{"k": "v"}},
		Sealed:   blob,
	}},
	{"ChannelCreated.v1.min", domain.ChannelCreated{Kind: domain.Stream}},
	{"ChannelRenamed.v1", domain.ChannelRenamed{By: "adam", Sealed: blob}},
	{"ChannelRenamed.v1.min", domain.ChannelRenamed{Sealed: blob}},
	{"ChannelDeleted.v1", domain.ChannelDeleted{By: "olga"}},
	{"ChannelDeleted.v1.min", domain.ChannelDeleted{}},

	{"MemberAdded.v1", domain.MemberAdded{User: "mia", Role: domain.RoleMember, Inviter: "adam"}},
	{"MemberAdded.v1.min", domain.MemberAdded{User: "mia", Role: domain.RoleAdmin}},
	{"MemberRemoved.v1", domain.MemberRemoved{User: "mia", By: "adam"}},
	{"MemberRemoved.v1.min", domain.MemberRemoved{User: "mia"}},
	{"MemberRoleChanged.v1", domain.MemberRoleChanged{User: "mia", Role: domain.RoleAdmin, By: "olga"}},
	{"MemberRoleChanged.v1.min", domain.MemberRoleChanged{User: "mia", Role: domain.RoleMember}},
	{"OwnershipTransferred.v1", domain.OwnershipTransferred{From: "olga", To: "mia", By: "olga"}},
	{"OwnershipTransferred.v1.min", domain.OwnershipTransferred{From: "olga", To: "mia"}},

	{"MessageSent.v1", domain.MessageSent{
		Sender: "mia", SenderKind: domain.ActorUser, Kind: domain.Custom,
		Refs: []domain.MessageID{819916800000000001, 9223372036854775807}, Mentions: []domain.UserID{"ann", "bob"}, Thread: 819916800000000000,
		Attachments: []domain.Attachment{
			{Asset: "123456789", Type: "image/png", Size: 26214400},
			{Asset: "123456790", Type: "text/plain", Size: 1},
		},
		Publish: &domain.Publish{ID: "batch", Index: 0, Count: 2}, ClientID: "phone", Connection: "c-1",
		Digest: digest, Sealed: blob, SealedBy: otherBlob,
	}},
	{"MessageSent.v1.min", domain.MessageSent{SenderKind: domain.ActorSystem, Kind: domain.Text, Digest: digest, Sealed: blob}},
	{"MessageEdited.v1", domain.MessageEdited{
		Version: 819916800004194304, By: "mia", Refs: []domain.MessageID{5}, Mentions: []domain.UserID{"ann"},
		Digest: digest, Sealed: blob, SealedBy: otherBlob,
	}},
	{"MessageEdited.v1.min", domain.MessageEdited{Version: 1, Digest: digest, Sealed: blob}},
	{"MessageDeleted.v1", domain.MessageDeleted{Version: 819916800004194305, By: "adam", SealedBy: otherBlob}},
	{"MessageDeleted.v1.min", domain.MessageDeleted{Version: 1}},

	{"ReactionAdded.v1", domain.ReactionAdded{Kind: domain.Multiple, Name: "👍🏽 <3", Count: 3, Ref: 819916800004194306, By: "bob"}},
	{"ReactionRemoved.v1", domain.ReactionRemoved{Kind: domain.Distinct, Name: "999888777", Ref: 819916800004194307, By: "bob"}},
	{"ReadCursorAdvanced.v1", domain.ReadCursorAdvanced{Message: 819916800000000001}},

	{"PresenceEntered.v1", domain.PresenceEntered{User: "größe 100%", Node: "n-1"}},
	{"PresenceLeft.v1", domain.PresenceLeft{User: "mia", Node: "n-1"}},
	{"ConnectionsChanged.v1", domain.ConnectionsChanged{Node: "n-1", Channels: map[domain.ChannelID]domain.Gauges{
		819916800000000002: {Connections: 3}, 9: {},
	}}},
	{"NodeCleared.v1", domain.NodeCleared{Node: "n-1"}},
}

var (
	digest    = &domain.Digest{Sum: []byte("0123456789abcdef0123456789abcdef")}
	blob      = &domain.Secret{Blob: []byte{1, 0, 0, 0, 1, 0xfb, 0xff, 0xfe, 'b', 'l', 'o', 'b'}}
	otherBlob = &domain.Secret{Blob: []byte{1, 0, 0, 0, 2, 'm', 'o', 'r', 'e'}}
)

// The content of blobs is frozen too: it is read for as long as its key lives.
var frozenPlain = map[string]any{
	`{}`:             domain.Content{},
	`{"name":"Ann"}`: domain.Profile{Name: "Ann"},
	`{"name":"Books","description":"d"}`: domain.ChannelProfile{
		Name: "Books", Description: "d",
	},
	`{"text":"hi","emotes":[{"shortcode":"wave","asset":"5","start":0,"end":2}],"name":"n","metadata":{"a":[1]},` +
		`"headers":{"h":"1"},"encoding":"json","extras":{"x":null},"sender_name":"Ann","files":["a.png"]}`: domain.Content{
		Text: "hi", Emotes: []domain.InlineEmote{{Shortcode: "wave", Asset: "5", Start: 0, End: 2}}, Name: "n",
		Metadata: json.RawMessage(`{"a":[1]}`), Headers: map[string]string{"h": "1"}, Encoding: "json",
		Extras: json.RawMessage(`{"x":null}`), SenderName: "Ann", Files: []string{"a.png"},
	},
	`{"description":"d","metadata":{"k":"v"},"claim":"c","name":"Ann","reason":"r"}`: domain.Acting{
		Description: "d", Metadata: map[string]string{"k": "v"}, Claim: "c", Name: "Ann", Reason: "r",
	},
}
