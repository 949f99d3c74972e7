// Package orders reads orders and their customers.
package orders

import (
	"context"
	"time"

	"gorm.io/gorm"
)

type Customer struct {
	ID        int64
	Email     string
	FullName  string
	CreatedAt time.Time
}

type Order struct {
	ID         int64
	CustomerID int64
	Customer   Customer
	Reference  string
	GiftNote   *string
	TotalCents int64
	PlacedAt   time.Time
}

// Line is one row of the order list.
type Line struct {
	Reference  string
	Customer   string
	TotalCents int64
}

type Store struct {
	db *gorm.DB
}

func NewStore(db *gorm.DB) *Store { return &Store{db: db} }

// Recent lists the latest orders for the back office.
func (s *Store) Recent(ctx context.Context, limit int) ([]Line, error) {
	var orders []Order
	if err := s.db.WithContext(ctx).Order("id DESC").Limit(limit).Find(&orders).Error; err != nil {
		return nil, err
	}
	lines := make([]Line, 0, len(orders))
	for _, order := range orders {
		var customer Customer
		if err := s.db.WithContext(ctx).First(&customer, order.CustomerID).Error; err != nil {
			return nil, err
		}
		lines = append(lines, Line{order.Reference, customer.FullName, order.TotalCents})
	}
	return lines, nil
}

// Page lists the orders after the one with the given id.
func (s *Store) Page(ctx context.Context, after int64, limit int) ([]Line, error) {
	var orders []Order
	err := s.db.WithContext(ctx).
		Preload("Customer").
		Where("id > ?", after).
		Order("id").
		Limit(limit).
		Find(&orders).Error
	if err != nil {
		return nil, err
	}
	lines := make([]Line, 0, len(orders))
	for _, order := range orders {
		lines = append(lines, Line{order.Reference, order.Customer.FullName, order.TotalCents})
	}
	return lines, nil
}

// ByEmail finds the customer who signs in with an address.
func (s *Store) ByEmail(ctx context.Context, email string) (Customer, error) {
	var customer Customer
	err := s.db.WithContext(ctx).Where("email = ?", email).Take(&customer).Error
	return customer, err
}

// ByReference finds an order by the number printed on its invoice.
func (s *Store) ByReference(ctx context.Context, reference string) (Order, error) {
	var order Order
	err := s.db.WithContext(ctx).Where("reference = ?", reference).Take(&order).Error
	return order, err
}
