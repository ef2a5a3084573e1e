import Foundation
import StoryGrammar

// swift run -c release StoryCorpus corpora            rewrites the corpus
// swift run -c release StoryCorpus corpora --check    compares it with what the grammars tell

let arguments = CommandLine.arguments.dropFirst()
let isCheck = arguments.contains("--check")
let paths = arguments.filter { $0 != "--check" }

func fail(_ message: String, code: Int32) -> Never {
  FileHandle.standardError.write(Data("StoryCorpus: \(message)\n".utf8))
  exit(code)
}

guard let path = paths.first, paths.count == 1, !path.hasPrefix("-") else {
  fail("usage: StoryCorpus <corpora folder> [--check]", code: 64)
}
let folder = URL(filePath: path, directoryHint: .isDirectory)

do {
  let files = try Corpus.files(folder: folder)
  for (name, content) in files.sorted(by: { $0.key < $1.key }) {
    let file = folder.appending(path: name)
    if isCheck {
      guard try Data(contentsOf: file) == Data(content.utf8) else {
        fail("\(file.path): differs from what the grammars tell; run StoryCorpus \(path)", code: 2)
      }
    } else {
      try Data(content.utf8).write(to: file, options: .atomic)
    }
    print("\(isCheck ? "equal" : "wrote") \(name) \(content.utf8.count) bytes")
  }
  print(files["entropy.json"] ?? "")
} catch {
  fail("\(error)", code: 2)
}
