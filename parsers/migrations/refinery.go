package migrations

// refinery: the Rust library; V1__name.sql as Flyway has it, in a crate that
// depends on it. Each file runs in a transaction, which it cannot leave
// (rust-db/refinery, README). Flyway finds its folders.
var refinery = layout{
	runner:   "refinery",
	find:     func(*world) []*History { return nil },
	write:    func(p *planner) { p.file("V"+p.version+"__"+p.Name+".sql", p.Up) },
	alwaysTx: true,
}
