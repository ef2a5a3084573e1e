import Glibc
import LMFormats
import LMRuntime
import LMTestSupport
import Testing

/// Files that people give for safetensors: pickles and archives of them, which would run code.
@Suite struct ForeignFileTests {
  let temporary = TemporaryDirectory()

  /// Pickles and archives that would make the file `canary` if anybody ran them.
  private static func polyglots(_ canary: String) -> [(name: String, bytes: [UInt8])] {
    let call = Array("cos\nsystem\n(S'touch \(canary)'\ntR.".utf8)
    let posix = Array("cposix\nsystem\n(S'touch \(canary)'\ntR.".utf8)
    let builtin = Array("c__builtin__\neval\n(S'open(\"\(canary)\",\"w\")'\ntR.".utf8)
    func zip(_ content: [UInt8]) -> [UInt8] {
      let size = (0..<4).map { UInt8(truncatingIfNeeded: content.count >> (8 * $0)) }
      let name = Array("archive/data.pkl".utf8)
      return [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + size + size + [
        UInt8(name.count), 0, 0, 0,
      ]
        + name + content
    }
    func framed(_ header: String, _ rest: [UInt8]) -> [UInt8] { safeTensors(header) + rest }
    let protocols = (2...5).map { (name: "pickle \($0)", bytes: [0x80, UInt8($0)] + call) }
    return protocols + [
      ("pickle 0", call), ("pickle of posix", posix), ("pickle of eval", builtin),
      ("pickled list", Array("(lp0\n".utf8) + call), ("pickled dictionary", Array("(dp0\n".utf8) + call),
      ("zip", zip(call)), ("zip of pickle 2", zip([0x80, 2] + call)),
      ("empty zip", [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)),
      ("safetensors, then a pickle", framed("{}", call)),
      ("safetensors, then a zip", framed("{}", zip(call))),
      ("a pickle as the header", framed(String(decoding: call, as: UTF8.self), [])),
      ("a pickle in the metadata", framed("{\"__metadata__\":{\"a\":\"b\"}}", [0x80, 4] + call)),
      ("a pickle behind spaces", [32, 32, 32] + call),
      ("HDF5", [0x89] + Array("HDF\r\n\u{1A}\n".utf8) + call),
      ("a page", Array("<!DOCTYPE html><html>".utf8)),
      ("an LFS pointer", Array("version https://git-lfs.github.com/spec/v1\n".utf8)),
      ("tar of a pickle", Array("data.pkl".utf8) + [UInt8](repeating: 0, count: 504) + call),
    ]
  }

  @Test func `are refused under every name, and nothing runs`() throws {
    let canary = temporary("canary")
    let polyglots = Self.polyglots(canary)
    #expect(polyglots.count >= 20)
    for (name, bytes) in polyglots {
      let path = try temporary.write("model.safetensors", bytes)
      let error = #expect(throws: LMError.self, "\(name)") { try SafeTensorsFolder(temporary.path) }
      #expect(error?.place.hasPrefix(path) == true && error?.remedy.isEmpty == false, "\(name)")
      #expect(throws: LMError.self, "\(name)") { try GGUFFile(path: temporary.write("model.gguf", bytes)) }
      unlink(path)
      for file in ["pytorch_model.bin", "model.pt", "weights.pth"] {
        try temporary.write(file, bytes)
        let error = #expect(throws: LMError.self) { try SafeTensorsFolder(temporary.path) }
        #expect(error?.problem.contains(file) == true && error?.remedy.contains("safetensors") == true)
        unlink(temporary(file))
      }
      #expect(FileSystem.kind(of: canary) == nil, "\(name)")
    }
  }

  @Test(
    arguments: [
      ([0x80, 4, 0x95], "a pickle"), ([0x50, 0x4B, 3, 4], "a zip archive"),
      (Array("GGUF".utf8), "a GGUF file"),
      ([0x89] + Array("HDF".utf8), "an HDF5 file"), (Array("<!DOCTYPE html>".utf8), "a web page"),
      (Array("version https://git-lfs".utf8), "a Git LFS pointer"),
    ] as [([UInt8], String)])
  func `are called what they are`(_ beginning: [UInt8], _ kind: String) throws {
    let path = try temporary.write("model.safetensors", beginning + [UInt8](repeating: 0x61, count: 60))
    let error = #expect(throws: LMError.self) { try SafeTensorsFile(path) }
    #expect(error?.problem.contains(kind) == true, "\(error?.description ?? "")")
  }
}
