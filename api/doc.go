// Package api puts the faces of the service behind one port: one Gin engine
// per dialect, chosen by the first segment of the path, since they differ in
// trailing slashes, error bodies and content types.
package api
