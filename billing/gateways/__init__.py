"""One module per payment gateway that registers boletos and Pix for the local ERP."""
