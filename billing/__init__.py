"""Money: invoices, Pix, boletos, trust unlocks and the systems that know them."""
