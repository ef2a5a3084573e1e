import LMRuntime
import LMTestSupport
import Testing

@Suite struct SHA256DigestTests {
  let directory = TemporaryDirectory()

  // FIPS 180-4 examples of NIST, and the million letters of FIPS 180-2.
  @Test(arguments: [
    ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ("a", 3 << 20, nil),
  ]) func `digests are NIST's, in memory and from a file`(text: String, count: Int, expected: String?) throws
  {
    let bytes = Array(String(repeating: text, count: count).utf8)
    let digest = SHA256Digest(of: bytes)
    if let expected { #expect(digest.description == expected) }
    let path = try directory.write("sha\(bytes.count)", bytes)
    #expect(try SHA256Digest(ofFile: path) == digest)
    #expect(SHA256Digest(digest.description) == digest)
  }

  @Test(arguments: ["", "ab", String(repeating: "g", count: 64), String(repeating: "A", count: 64)])
  func `other texts are no digest`(text: String) {
    #expect(SHA256Digest(text) == nil)
  }
}
