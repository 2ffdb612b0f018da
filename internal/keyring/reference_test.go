package keyring_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/google/uuid"
)

// The forms once more, written from their description and with given nonces.

func refTuple(parts ...string) string {
	var b []byte
	for _, p := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	return string(b)
}

func refEncrypt(key, nonce []byte, plain, data string) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead.Seal(append([]byte{}, nonce...), nonce, []byte(plain), []byte(data))
}

func refHKDF(key []byte, info string) []byte {
	derived, err := hkdf.Key(sha256.New, key, nil, info, 32)
	if err != nil {
		panic(err)
	}
	return derived
}

func refHMAC(key []byte, content string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(content))
	return h.Sum(nil)
}

func refWrap(root, nonce []byte, app, kind, subject string, version uint32, key string) []byte {
	v := string(binary.BigEndian.AppendUint32(nil, version))
	data := "\x01" + refTuple(app, kind, subject, v)
	return append([]byte{1}, refEncrypt(root, nonce, key, data)...)
}

func refSeal(key, nonce []byte, app, subject string, version uint32, event uuid.UUID, plain string) []byte {
	header := binary.BigEndian.AppendUint32([]byte{1}, version)
	data := "\x01" + refTuple(app, string(event[:]), subject)
	return append(header, refEncrypt(refHKDF(key, "event"+string(event[:])), nonce, plain, data)...)
}
