// Package files serves the signed URLs of assets: whoever has one may send or
// fetch the bytes, nobody else.
package files
