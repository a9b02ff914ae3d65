/**
 * A certificate for localhost that nobody has signed but itself, valid until 2126; its key guards
 * nothing. Node can make keys but no certificates, and openssl is not everywhere.
 */
export const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHghGY+U/LQuFPgV8
/CWZmIwbTKv8n8iTNorDf7Fj4MuhRANCAASz+IVYU/5MiZPHYnMx+alPYCxgfuoK
TODgtZJnUCs8aT0TZ0CIBoGjyKmm6dKtpdj95MrGZ/z7hy4+t1238h6O
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUAoUojYEKB4E5a2fQgltj3k1zW78wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIwMzUwNVoYDzIxMjYxMDI5
MjAzNTA1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASz+IVYU/5MiZPHYnMx+alPYCxgfuoKTODgtZJnUCs8aT0TZ0CIBoGj
yKmm6dKtpdj95MrGZ/z7hy4+t1238h6Oo28wbTAdBgNVHQ4EFgQUV72KI9VJm1WV
/Zr1RX6VtTr0sNMwHwYDVR0jBBgwFoAUV72KI9VJm1WV/Zr1RX6VtTr0sNMwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgDwWriHdJ0VttQIZprA2b0ZpwbfKpfGr7t2glD14tp48CIFhI
6S8zOZJ7Fu2r2UVorpZ/y9YD86ugWMQQwz4+OJbB
-----END CERTIFICATE-----
`,
} as const;
