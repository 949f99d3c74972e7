package orm

import (
	"crypto/sha1"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// initialisms are written as words before a name is taken apart, the first
// that fits at a place (gorm.io/gorm, schema.NamingStrategy).
var initialisms = strings.Fields(`API ASCII CPU CSS DNS EOF GUID HTML HTTP HTTPS ID IP JSON LHS QPS RAM RHS RPC SLA
	SMTP SSH TLS TTL UID UI UUID URI URL UTF8 VM XML XSRF XSS`)

var initialismReplacer = func() *strings.Replacer {
	var pairs []string
	for _, word := range initialisms {
		pairs = append(pairs, word, word[:1]+strings.ToLower(word[1:]))
	}
	return strings.NewReplacer(pairs...)
}()

// snakeCase is the column of a field, or the singular table of a type.
func snakeCase(name string) string {
	s := initialismReplacer.Replace(name)
	upper := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= 'A' && s[i] <= 'Z' }
	digit := func(i int) bool { return i < len(s) && s[i] >= '0' && s[i] <= '9' }
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if !upper(i) {
			b.WriteByte(c)
			continue
		}
		last := i == len(s)-1
		inWord := upper(i-1) && (last || upper(i+1) || digit(i+1))
		if i > 0 && !inWord && (last || s[i-1] != '_' && s[i+1] != '_') {
			b.WriteByte('_')
		}
		b.WriteByte(c + 'a' - 'A')
	}
	return b.String()
}

// tableName is the table of a struct without TableName().
func tableName(typeName string) string { return plural(snakeCase(typeName)) }

// joinTableName is the table a many2many tag names.
func joinTableName(tag string) string {
	if strings.ToLower(tag) == tag {
		return tag
	}
	return tableName(tag)
}

// indexName is prefix_table_name, cut with a hash where it is too long.
func indexName(prefix, table, name string) string {
	full := strings.ReplaceAll(prefix+"_"+table+"_"+name, ".", "_")
	if utf8.RuneCountInString(full) <= 64 {
		return full
	}
	sum := sha1.Sum([]byte(full))
	return full[:56] + hex.EncodeToString(sum[:])[:8]
}
