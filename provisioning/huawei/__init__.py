"""Huawei SmartAX: its commands, and what its answers mean."""
