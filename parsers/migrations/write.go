package migrations

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// planner plans one new migration of a history.
type planner struct {
	h *History
	Change
	version string
	plan    *Plan
}

// New plans migrations in the project's own form, one file a change in their
// order: the next number or timestamp, the same width, the tool's sections and
// its way out of the transaction. Timestamps follow the last migration's by one
// second, so that the same workspace always gives the same plan. It fails where
// SQL files cannot do it: the files only describe a schema, or NoTx where the
// tool always opens a transaction.
func (h *History) New(changes ...Change) (Plan, bool) {
	l := layoutOf(h.Runner)
	if h.Declarative || l == nil || l.write == nil || len(h.Migrations) == 0 ||
		l.alwaysTx && slices.ContainsFunc(changes, func(c Change) bool { return c.NoTx }) {
		return Plan{}, false
	}
	var plan Plan
	version := ""
	for _, c := range changes {
		for _, one := range parts(c, l) {
			version = h.next(version)
			p := &planner{h: h, Change: one, version: version, plan: &plan}
			p.Name = h.worded(one.Name)
			made := len(plan.Create)
			l.write(p)
			if len(plan.Create) == made {
				return Plan{}, false
			}
		}
	}
	if len(plan.Create) == 0 {
		return Plan{}, false
	}
	(&planner{h: h, plan: &plan}).listed()
	return plan, true
}

// LeavesTransaction reports whether New can plan statements that no
// transaction allows.
func (h *History) LeavesTransaction() bool {
	l := layoutOf(h.Runner)
	return l != nil && l.write != nil && !l.alwaysTx && !h.Declarative
}

// Opened is the text that must stand at the top of an existing file of the
// history, or "" where the tool has no such mark: the way out of the
// transaction for what the file holds already.
func (h *History) Opened() string {
	switch h.Runner {
	case "goose":
		return "-- +goose NO TRANSACTION\n"
	case "atlas":
		return "-- atlas:txmode none\n\n"
	case "tern":
		return ternNoTx + "\n"
	case "sqlx":
		return "-- no-transaction\n"
	}
	return ""
}

func layoutOf(runner string) *layout {
	for _, l := range layouts {
		if l.runner == runner {
			return l
		}
	}
	return nil
}

// parts are the changes to be written one a file.
func parts(c Change, l *layout) []Change {
	c.Up, c.Down = ended(c.Up), ended(c.Down)
	if !c.NoTx || !l.single {
		return []Change{c}
	}
	ups, downs := statements(c.Up), statements(c.Down)
	if len(ups) < 2 {
		return []Change{c}
	}
	out := make([]Change, len(ups))
	for i, up := range ups {
		out[i] = Change{Name: c.Name, Up: up, NoTx: true}
		if i > 0 {
			out[i].Name += "_" + strconv.Itoa(i+1)
		}
		if j := len(ups) - 1 - i; len(downs) == len(ups) {
			out[i].Down = downs[j]
		} else if i == 0 {
			out[i].Down = c.Down
		}
	}
	return out
}

func statements(sql string) []string {
	var out []string
	for _, s := range sqltext.Split([]byte(sql)) {
		out = append(out, ended(strings.TrimSpace(s.Full.In([]byte(sql)))))
	}
	return out
}

// ended is SQL with a line break behind its last line.
func ended(sql string) string {
	if sql = strings.Trim(sql, "\n"); sql == "" {
		return ""
	}
	return sql + "\n"
}

// base is the file name without its ending: the version and the name, joined
// as the last migration's are.
func (p *planner) base() string {
	folder := ""
	if p.h.Runner == "plain" {
		folder = p.folder() // the latest release's
	}
	if p.version == "" {
		return folder + p.Name
	}
	return folder + p.version + p.h.joint() + p.Name
}

// folder is that of the last migration below the history's, with a slash
// behind it, or nothing.
func (p *planner) folder() string {
	if m := p.h.last(); m != nil && path.Dir(m.Path) != p.h.Dir {
		return strings.TrimPrefix(path.Dir(m.Path), p.h.Dir+"/") + "/"
	}
	return ""
}

// file adds a file of the history's folder, unless one of that name is there.
func (p *planner) file(name, text string) {
	full := path.Join(p.h.Dir, name)
	if p.h.names[name] || slices.ContainsFunc(p.h.Migrations, func(m schema.Migration) bool { return m.Path == full }) {
		return
	}
	p.plan.Create = append(p.plan.Create, NewFile{Path: full, Text: text})
}

// section is the down part behind its marker, or nothing where there is none.
func (p *planner) section(marker string) string {
	if p.Down == "" {
		return ""
	}
	return marker + p.Down
}

// enclosed is SQL with marks of the tool around each statement that holds
// semicolons of its own, as the body of a DO does: goose and sql-migrate split
// at every semicolon that ends a line.
func enclosed(sql, mark string) string {
	out := ""
	for _, s := range statements(sql) {
		if strings.Contains(strings.TrimSuffix(strings.TrimSpace(s), ";"), ";") {
			s = mark + "StatementBegin\n" + s + mark + "StatementEnd\n"
		}
		out += s
	}
	return out
}

// reversible reports whether the project writes down files.
func (p *planner) reversible() bool {
	return p.Down != "" && slices.ContainsFunc(p.h.Migrations, func(m schema.Migration) bool { return m.Down != nil })
}

// last is the newest migration that has a version; that of a file that is
// repeated has none.
func (h *History) last() *schema.Migration {
	for i := len(h.Migrations) - 1; i >= 0; i-- {
		if h.Migrations[i].Version != "" && h.Migrations[i].Up != nil {
			return &h.Migrations[i]
		}
	}
	return nil
}

// joint is what stands between version and name: "_", "-" or "__".
func (h *History) joint() string {
	m := h.last()
	if m == nil {
		return "_"
	}
	for _, part := range []string{path.Base(m.Path), path.Base(path.Dir(m.Path))} {
		if rest, ok := strings.CutPrefix(part, m.Version); ok {
			if j := rest[:len(rest)-len(strings.TrimLeft(rest, "_.-"))]; j != "" && j != "." {
				return j
			}
		}
	}
	return "_"
}

// worded writes a name as the history's names are: with dashes where they have
// dashes and no underscores.
func (h *History) worded(name string) string {
	m := h.last()
	if m != nil && strings.Contains(m.Name, "-") && !strings.Contains(m.Name, "_") {
		return strings.ReplaceAll(name, "_", "-")
	}
	return name
}

// next is the version behind the last migration's, or behind after.
func (h *History) next(after string) string {
	m := h.last()
	if m == nil || h.Runner == "sqitch" {
		return ""
	}
	step := int64(1)
	if after == "" {
		after = m.Version
	}
	if !isTime(m.Version) {
		step = h.step()
	}
	return following(after, step)
}

// step is the distance of the last versions where it is always the same, as in
// 10, 20, 30; one otherwise.
func (h *History) step() int64 {
	var last []int64
	for i := len(h.Migrations) - 1; i >= 0 && len(last) < 3; i-- {
		if n, err := strconv.ParseInt(h.Migrations[i].Version, 10, 64); err == nil && h.Migrations[i].Up != nil {
			last = append(last, n)
		}
	}
	if len(last) < 3 || last[0] <= last[1] || last[0]-last[1] != last[1]-last[2] {
		return 1
	}
	return last[0] - last[1]
}

// forms are the ways a version writes a time, by its number of digits.
var forms = map[int]struct {
	layout string
	step   time.Duration
}{14: {"20060102150405", time.Second}, 12: {"200601021504", time.Minute}, 8: {"20060102", 24 * time.Hour}}

// isTime reports whether a version is a time: digits that write a date of this
// age, or seconds or milliseconds since 1970.
func isTime(version string) bool {
	digits := onlyDigits(version)
	if f, ok := forms[len(digits)]; ok {
		t, err := time.Parse(f.layout, digits)
		return err == nil && t.Year() >= 1990 && t.Year() < 2100
	}
	return len(digits) == 10 || len(digits) == 13
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// following is the version behind one: the next number of the same width, the
// next second of a time. Separators inside it stay, of 1.2 the last part counts.
func following(version string, step int64) string {
	digits := onlyDigits(version)
	if isTime(version) {
		if f, ok := forms[len(digits)]; ok {
			t, _ := time.Parse(f.layout, digits)
			return refill(version, t.Add(f.step).Format(f.layout))
		}
	}
	if len(digits) == 13 {
		step = 1000
	}
	at := strings.LastIndexAny(version, "._-") + 1
	n, err := strconv.ParseInt(version[at:], 10, 64)
	if err != nil {
		return version + "_1"
	}
	next := strconv.FormatInt(n+step, 10)
	if w := len(version) - at - len(next); w > 0 {
		next = strings.Repeat("0", w) + next
	}
	return version[:at] + next
}

// refill puts digits where version has digits.
func refill(version, digits string) string {
	out := []byte(version)
	at := 0
	for i, c := range out {
		if c >= '0' && c <= '9' {
			out[i] = digits[at]
			at++
		}
	}
	return string(out)
}
