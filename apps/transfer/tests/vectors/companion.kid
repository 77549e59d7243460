kuramori/companion/v1
key 6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=
sig NQRyQRQPR0DmnuA4gXeY8jb4sjpH/LvK82n1ZEEgkV6flJWLVfa1hZcXs+TqqhPqfmLqud/FUQnsd2lMlykqAQ==
{"companion":"C0C0C0C0C0C0C0C0C0C0C0C0C0C0C0C0","vault_key":"6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=","vault_name":"山田商店","hardware":{"vendor_id":2385,"product_id":5734,"vendor":"Kingston","product":"DataTraveler 3.0","serial":"60A44C"},"size_bytes":15518924800,"volume_nonce":"0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A","registered_unix":1795219200}