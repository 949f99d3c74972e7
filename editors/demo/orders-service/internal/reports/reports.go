// Package reports answers the questions of accounting and of the warehouse.
package reports

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type Reports struct {
	pool *pgxpool.Pool
}

func New(pool *pgxpool.Pool) *Reports { return &Reports{pool: pool} }

// Totals sums up the items of each order.
func (r *Reports) Totals(ctx context.Context, orderIDs []int64) (map[int64]int64, error) {
	totals := make(map[int64]int64, len(orderIDs))
	for _, id := range orderIDs {
		var cents int64
		err := r.pool.QueryRow(ctx,
			`SELECT coalesce(sum(quantity * price_cents), 0) FROM order_items WHERE order_id = $1`, id).Scan(&cents)
		if err != nil {
			return nil, err
		}
		totals[id] = cents
	}
	return totals, nil
}

// Quantities counts the pieces of each order.
func (r *Reports) Quantities(ctx context.Context, orderIDs []int64) (map[int64]int64, error) {
	rows, err := r.pool.Query(ctx,
		`SELECT order_id, sum(quantity) FROM order_items WHERE order_id = ANY($1) GROUP BY order_id`, orderIDs)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	quantities := make(map[int64]int64, len(orderIDs))
	for rows.Next() {
		var id, pieces int64
		if err := rows.Scan(&id, &pieces); err != nil {
			return nil, err
		}
		quantities[id] = pieces
	}
	return quantities, rows.Err()
}

// Unpaid keeps the orders whose payment has not been captured.
func (r *Reports) Unpaid(ctx context.Context, orderIDs []int64) ([]int64, error) {
	var unpaid []int64
	for _, id := range orderIDs {
		status, err := r.paymentStatus(ctx, id)
		if err != nil {
			return nil, err
		}
		if status != "captured" {
			unpaid = append(unpaid, id)
		}
	}
	return unpaid, nil
}

func (r *Reports) paymentStatus(ctx context.Context, orderID int64) (string, error) {
	var status string
	err := r.pool.QueryRow(ctx, `SELECT status FROM payments WHERE order_id = $1`, orderID).Scan(&status)
	return status, err
}

type Parcel struct {
	OrderID     int64
	Carrier     string
	DeliveredAt *time.Time
}

// Parcel answers a scan in the warehouse.
func (r *Reports) Parcel(ctx context.Context, trackingNo string) (Parcel, error) {
	var p Parcel
	err := r.pool.QueryRow(ctx,
		`SELECT order_id, carrier, delivered_at FROM shipments WHERE tracking_no = $1`, trackingNo).
		Scan(&p.OrderID, &p.Carrier, &p.DeliveredAt)
	return p, err
}

type Slip struct {
	Reference string
	GiftNote  *string
}

// PackingSlip is what the warehouse puts into the box.
func (r *Reports) PackingSlip(ctx context.Context, orderID int64) (Slip, error) {
	var s Slip
	err := r.pool.QueryRow(ctx, `SELECT reference, gift_note FROM orders WHERE id = $1`, orderID).
		Scan(&s.Reference, &s.GiftNote)
	return s, err
}

type Item struct {
	ID         int64
	OrderID    int64
	SKU        string
	Quantity   int32
	PriceCents int64
}

// Items lists what is in an order.
func (r *Reports) Items(ctx context.Context, orderID int64) ([]Item, error) {
	rows, err := r.pool.Query(ctx, `SELECT * FROM order_items WHERE order_id = $1`, orderID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Item])
}

// ItemCount says how many lines an order has.
func (r *Reports) ItemCount(ctx context.Context, orderID int64) (int64, error) {
	var n int64
	err := r.pool.QueryRow(ctx, `SELECT count(*) FROM order_items WHERE order_id = $1`, orderID).Scan(&n)
	return n, err
}
