import LMFormats
import LMRuntime
import LMTestSupport
import Testing

@Suite struct SafeTensorsFolderTests {
  let temporary = TemporaryDirectory()

  private func writeShard(_ name: String, _ tensors: [String]) throws {
    try SafeTensorsWriter(tensors.map { .init($0, .uint8, [1]) }).write(to: temporary(name)) {
      _, file throws(LMError) in try file.write([7])
    }
  }

  private func writeIndex(_ map: JSON) throws {
    let index: JSON = ["metadata": ["total_size": 3], "weight_map": map]
    try index.write(to: temporary(SafeTensorsFolder.indexName))
  }

  @Test func `tensors are found in their shards`() throws {
    try writeShard("1.safetensors", ["a", "b"])
    try writeShard("2.safetensors", ["c"])
    try writeIndex(["a": "1.safetensors", "c": "2.safetensors", "b": "1.safetensors"])
    let folder = try SafeTensorsFolder(temporary.path)
    #expect(folder.files.count == 2)
    #expect(folder.find("c")?.file.file.path == temporary("2.safetensors"))
    #expect(folder.find("d") == nil)
    try writeShard(SafeTensorsFolder.singleName, ["x"])
    #expect(try SafeTensorsFolder(temporary.path).find("x") != nil)
  }

  @Test(
    arguments: [
      ["a": "none.safetensors"], ["a": "../1.safetensors"], ["a": "/etc/passwd"], ["a": ""], ["a": 5],
      ["z": "1.safetensors"], ["a": "1.safetensors"], [:], nil, [],
      ["a": "1.safetensors", "b": "1.safetensors", "c": "1.safetensors"],
    ] as [JSON]) func `an index that does not fit the shards is refused`(map: JSON) throws
  {
    try writeShard("1.safetensors", ["a", "b"])
    try writeIndex(map)
    // No shard at all is whole, but empty: there is nothing that could be missing.
    if map == [:] {
      #expect(try SafeTensorsFolder(temporary.path).files.isEmpty)
    } else {
      #expect(throws: LMError.self) { try SafeTensorsFolder(temporary.path) }
    }
  }

  @Test func `a folder without weights says what it needs`() {
    let error = #expect(throws: LMError.self) { try SafeTensorsFolder(temporary.path) }
    #expect(error?.problem.contains("model.safetensors") == true)
  }
}
