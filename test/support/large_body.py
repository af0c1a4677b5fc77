"""Posts a body of a given size with a library of Python, and prints the status and the body of the answer."""
import http.client
import sys
import urllib.error
import urllib.parse
import urllib.request

library, chunked, url, token, size = sys.argv[1], sys.argv[2] == "chunked", *sys.argv[3:5], int(sys.argv[5])
headers = {"x-api-key": token}


def pieces():
    for start in range(0, size, 65536):
        yield b"x" * min(65536, size - start)


body = pieces() if chunked else b"x" * size

if library == "urllib":
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
    try:
        urllib.request.urlopen(urllib.request.Request(url, body, headers))
    except urllib.error.HTTPError as error:
        print(error.code, error.read().decode())
elif library == "http.client":
    where = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname, where.port)
    if chunked:
        connection.request("POST", where.path, body, headers | {"Transfer-Encoding": "chunked"}, encode_chunked=True)
    else:
        connection.request("POST", where.path, body, headers)
    response = connection.getresponse()
    print(response.status, response.read().decode())
else:
    import requests

    response = requests.post(url, data=body, headers=headers)
    print(response.status_code, response.text)
