// Package admin is the face under /v1/admin: of the operator, who shows the
// operator token as a bearer token and may do everything, and of keys with the
// explicit operation admin, which act inside their app. For them every other
// app is one that does not exist, and they give no key more rights than they
// have. Only the operator lists and creates apps and sets limits.
package admin
