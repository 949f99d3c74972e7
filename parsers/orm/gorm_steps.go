package orm

import "strings"

// gormStep tells what a method or callback makes of a *gorm.DB.
func gormStep(kind, step string) string {
	method, ok := strings.CutSuffix(step, " ()")
	if kind != "db" && kind != "scope" {
		return ""
	}
	if !ok {
		method, what, _ := strings.Cut(step, " ")
		switch {
		case what == "callback(0,0)" && (method == ".Transaction" || method == ".Connection"), what == "callback(2,0)" && method == ".FindInBatches":
			return "db"
		case method == ".Scopes" || method == ".Preload":
			return "scope"
		}
		return ""
	}
	switch name := strings.TrimPrefix(method, "."); {
	case name == "Association":
		return "assoc"
	case gormSession[name]:
		return kind
	case gormBuilders[name]:
		return "scope"
	}
	return ""
}
