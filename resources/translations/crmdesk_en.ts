<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>BulkEditDialog</name>
    <message numerus="yes">
        <source>Change %n customer(s)</source>
        <translation>
            <numerusform>Change %n customer</numerusform>
            <numerusform>Change %n customers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n will change.</source>
        <translation>
            <numerusform>%n will change.</numerusform>
            <numerusform>%n will change.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n are so already.</source>
        <translation>
            <numerusform>%n are so already.</numerusform>
            <numerusform>%n are so already.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as they are: you may only read them.</source>
        <translation>
            <numerusform>%n stay as they are: you may only read them.</numerusform>
            <numerusform>%n stay as they are: you may only read them.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BulkEdits</name>
    <message numerus="yes">
        <source>%n changed</source>
        <translation>
            <numerusform>%n changed</numerusform>
            <numerusform>%n changed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CertainMerges</name>
    <message numerus="yes">
        <source>Merge %n certain pair(s)?</source>
        <translation>
            <numerusform>Merge %n certain pair?</numerusform>
            <numerusform>Merge %n certain pairs?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>… and %n more</source>
        <translation>
            <numerusform>… and %n more</numerusform>
            <numerusform>… and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left for you: one of the two is in another pair.</source>
        <translation>
            <numerusform>%n left for you: one of the two is in another pair.</numerusform>
            <numerusform>%n left for you: one of the two is in another pair.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left for you: the two have different owners.</source>
        <translation>
            <numerusform>%n left for you: the two have different owners.</numerusform>
            <numerusform>%n left for you: the two have different owners.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left for you: they say different things in a field.</source>
        <translation>
            <numerusform>%n left for you: they say different things in a field.</numerusform>
            <numerusform>%n left for you: they say different things in a field.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as they are: you may only read them.</source>
        <translation>
            <numerusform>%n stay as they are: you may only read them.</numerusform>
            <numerusform>%n stay as they are: you may only read them.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pair(s) merged</source>
        <translation>
            <numerusform>%n pair merged</numerusform>
            <numerusform>%n pairs merged</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChosenBar</name>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>%n selected</numerusform>
            <numerusform>%n selected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>at most %n at once</source>
        <translation>
            <numerusform>at most %n at once</numerusform>
            <numerusform>at most %n at once</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChosenCustomers</name>
    <message numerus="yes">
        <source>%n customer(s)</source>
        <translation>
            <numerusform>%n customer</numerusform>
            <numerusform>%n customers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n will be shared.</source>
        <translation>
            <numerusform>%n will be shared.</numerusform>
            <numerusform>%n will be shared.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n will be handed over.</source>
        <translation>
            <numerusform>%n will be handed over.</numerusform>
            <numerusform>%n will be handed over.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n will go to the pool.</source>
        <translation>
            <numerusform>%n will go to the pool.</numerusform>
            <numerusform>%n will go to the pool.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of them they see already; the new terms replace the old.</source>
        <translation>
            <numerusform>%n of them they see already; the new terms replace the old.</numerusform>
            <numerusform>%n of them they see already; the new terms replace the old.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as they are, because you do not answer for them: %1</source>
        <translation>
            <numerusform>%n stays as it is, because you do not answer for it: %1</numerusform>
            <numerusform>%n stay as they are, because you do not answer for them: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as they are, because they are in the pool: %1</source>
        <translation>
            <numerusform>%n stays as it is, because it is in the pool: %1</numerusform>
            <numerusform>%n stay as they are, because they are in the pool: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as they are, because they are this colleague&apos;s already: %1</source>
        <translation>
            <numerusform>%n stays as it is, because it is this colleague&apos;s already: %1</numerusform>
            <numerusform>%n stay as they are, because they are this colleague&apos;s already: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n handed over to %1</source>
        <translation>
            <numerusform>%n handed over to %1</numerusform>
            <numerusform>%n handed over to %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n in the pool now</source>
        <translation>
            <numerusform>%n in the pool now</numerusform>
            <numerusform>%n in the pool now</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n shared with %1</source>
        <translation>
            <numerusform>%n shared with %1</numerusform>
            <numerusform>%n shared with %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Context</name>
    <message numerus="yes">
        <source>Taken back. %n field(s) changed since were left alone.</source>
        <translation>
            <numerusform>Taken back. %n field changed since were left alone.</numerusform>
            <numerusform>Taken back. %n fields changed since were left alone.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CriteriaPane</name>
    <message numerus="yes">
        <source>%n fit</source>
        <translation>
            <numerusform>%n fits</numerusform>
            <numerusform>%n fit</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Decision</name>
    <message numerus="yes">
        <source>%n value(s)</source>
        <translation>
            <numerusform>%n value</numerusform>
            <numerusform>%n values</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DeedList</name>
    <message numerus="yes">
        <source>Imports and changes of many customers stand here for %n day(s), to be taken back whole.</source>
        <translation>
            <numerusform>Imports and changes of many customers stand here for %n day, to be taken back whole.</numerusform>
            <numerusform>Imports and changes of many customers stand here for %n days, to be taken back whole.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n that were changed or handed over since stayed as they are.</source>
        <translation>
            <numerusform>%n that were changed or handed over since stayed as they are.</numerusform>
            <numerusform>%n that were changed or handed over since stayed as they are.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s)</source>
        <translation>
            <numerusform>%n record</numerusform>
            <numerusform>%n records</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message numerus="yes">
        <source>This laptop locks in %n day(s) unless it reaches your company</source>
        <translation>
            <numerusform>This laptop locks in %n day unless it reaches your company</numerusform>
            <numerusform>This laptop locks in %n days unless it reaches your company</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>And for %n more; see Settings.</source>
        <translation>
            <numerusform>And for %n more; see Settings.</numerusform>
            <numerusform>And for %n more; see Settings.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Duplicates</name>
    <message numerus="yes">
        <source>%n more pair(s) follow</source>
        <translation>
            <numerusform>%n more pair follow</numerusform>
            <numerusform>%n more pairs follow</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n visit(s)</source>
        <translation>
            <numerusform>%n visit</numerusform>
            <numerusform>%n visits</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n contact(s)</source>
        <translation>
            <numerusform>%n contact</numerusform>
            <numerusform>%n contacts</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExportStrip</name>
    <message numerus="yes">
        <source>%n customer(s) in %1</source>
        <translation>
            <numerusform>%n customer in %1</numerusform>
            <numerusform>%n customers in %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Files</name>
    <message numerus="yes">
        <source>Attached %n file(s)</source>
        <translation>
            <numerusform>Attached %n file</numerusform>
            <numerusform>Attached %n files</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FirstStart</name>
    <message numerus="yes">
        <source>%n record(s) made</source>
        <translation>
            <numerusform>%n record made</numerusform>
            <numerusform>%n records made</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GatePart</name>
    <message numerus="yes">
        <source>%n customer(s)</source>
        <translation>
            <numerusform>%n customer</numerusform>
            <numerusform>%n customers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n difference(s)</source>
        <translation>
            <numerusform>%n difference</numerusform>
            <numerusform>%n differences</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Gone</name>
    <message numerus="yes">
        <source>%n sealed file(s) wait to be handed in</source>
        <translation>
            <numerusform>%n sealed file waits to be handed in</numerusform>
            <numerusform>%n sealed files wait to be handed in</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImportList</name>
    <message numerus="yes">
        <source>%n column(s)</source>
        <translation>
            <numerusform>%n column</numerusform>
            <numerusform>%n columns</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImportStudio</name>
    <message numerus="yes">
        <source>%n record(s) handed over since stay with others</source>
        <translation>
            <numerusform>%n record handed over since stay with others</numerusform>
            <numerusform>%n records handed over since stay with others</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Inbox</name>
    <message numerus="yes">
        <source>%n customer(s) with this name</source>
        <translation>
            <numerusform>%n customer with this name</numerusform>
            <numerusform>%n customers with this name</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>InvitationDialog</name>
    <message numerus="yes">
        <source>%n hour(s)</source>
        <translation>
            <numerusform>%n hour</numerusform>
            <numerusform>%n hours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pinned certificate(s) go with it.</source>
        <translation>
            <numerusform>%n pinned certificate goes with it.</numerusform>
            <numerusform>%n pinned certificates go with it.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OrphansPart</name>
    <message numerus="yes">
        <source>%n record(s) without a customer</source>
        <translation>
            <numerusform>%n record without a customer</numerusform>
            <numerusform>%n records without a customer</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n person(s) out of reach</source>
        <translation>
            <numerusform>%n person out of reach</numerusform>
            <numerusform>%n people out of reach</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OverviewPart</name>
    <message numerus="yes">
        <source>%n customer(s)</source>
        <translation>
            <numerusform>%n customer</numerusform>
            <numerusform>%n customers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PassphraseFields</name>
    <message numerus="yes">
        <source>Use at least %n character(s).</source>
        <translation>
            <numerusform>Use at least %n character.</numerusform>
            <numerusform>Use at least %n characters.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message numerus="yes">
        <source>The %n oldest; more follow</source>
        <translation>
            <numerusform>The oldest one; more follow</numerusform>
            <numerusform>The %n oldest; more follow</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RolesPart</name>
    <message numerus="yes">
        <source>%n person(s)</source>
        <translation>
            <numerusform>%n person</numerusform>
            <numerusform>%n people</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n field(s) withheld</source>
        <translation>
            <numerusform>%n field withheld</numerusform>
            <numerusform>%n fields withheld</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Saving changes this at once for %n person(s).</source>
        <translation>
            <numerusform>Saving changes this at once for %n person.</numerusform>
            <numerusform>Saving changes this at once for %n people.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Signs</name>
    <message numerus="yes">
        <source>%n change(s) refused</source>
        <translation>
            <numerusform>%n change refused</numerusform>
            <numerusform>%n changes refused</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SyncCentre</name>
    <message numerus="yes">
        <source>%n change(s)</source>
        <translation>
            <numerusform>%n change</numerusform>
            <numerusform>%n changes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s)</source>
        <translation>
            <numerusform>%n record</numerusform>
            <numerusform>%n records</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Compared with the server: %n record(s) differed and are equal again.</source>
        <translation>
            <numerusform>Compared with the server: %n record differed and is equal again.</numerusform>
            <numerusform>Compared with the server: %n records differed and are equal again.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) sent</source>
        <translation>
            <numerusform>%n change sent</numerusform>
            <numerusform>%n changes sent</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) received</source>
        <translation>
            <numerusform>%n record received</numerusform>
            <numerusform>%n records received</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) made searchable</source>
        <translation>
            <numerusform>%n record made searchable</numerusform>
            <numerusform>%n records made searchable</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Sending files: %n done</source>
        <translation>
            <numerusform>Sending files: %n done</numerusform>
            <numerusform>Sending files: %n done</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Receiving files: %n done</source>
        <translation>
            <numerusform>Receiving files: %n done</numerusform>
            <numerusform>Receiving files: %n done</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) need you</source>
        <translation>
            <numerusform>%n change needs you</numerusform>
            <numerusform>%n changes need you</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) unsent, safe on this laptop.</source>
        <translation>
            <numerusform>%n change unsent, safe on this laptop.</numerusform>
            <numerusform>%n changes unsent, safe on this laptop.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) unsent</source>
        <translation>
            <numerusform>%n change unsent</numerusform>
            <numerusform>%n changes unsent</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) will be sent again</source>
        <translation>
            <numerusform>%n change will be sent again</numerusform>
            <numerusform>%n changes will be sent again</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) saved to %1</source>
        <translation>
            <numerusform>%n change saved to %1</numerusform>
            <numerusform>%n changes saved to %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SyncSign</name>
    <message numerus="yes">
        <source>%n unsent</source>
        <translation>
            <numerusform>%n unsent</numerusform>
            <numerusform>%n unsent</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Syncing</name>
    <message numerus="yes">
        <source>%n change(s) reached whoever has the customer now</source>
        <translation>
            <numerusform>%n change reached whoever has the customer now</numerusform>
            <numerusform>%n changes reached whoever has the customer now</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TeamsPart</name>
    <message numerus="yes">
        <source>%n person(s)</source>
        <translation>
            <numerusform>%n person</numerusform>
            <numerusform>%n people</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Today</name>
    <message numerus="yes">
        <source>%n thing(s) to decide</source>
        <translation>
            <numerusform>%n thing to decide</numerusform>
            <numerusform>%n things to decide</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) refused by the server</source>
        <translation>
            <numerusform>%n change refused by the server</numerusform>
            <numerusform>%n changes refused by the server</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) unsent.</source>
        <translation>
            <numerusform>%n change unsent.</numerusform>
            <numerusform>%n changes unsent.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WayBack</name>
    <message numerus="yes">
        <source>%n changed since stay as they are</source>
        <translation>
            <numerusform>%n changed since stay as they are</numerusform>
            <numerusform>%n changed since stay as they are</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) handed over since stay with others</source>
        <translation>
            <numerusform>%n record handed over since stay with others</numerusform>
            <numerusform>%n records handed over since stay with others</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Banner</name>
    <message numerus="yes">
        <source>%n field(s) with two values. Both are kept until somebody decides.</source>
        <translation>
            <numerusform>%n field has two values. Both are kept until somebody decides.</numerusform>
            <numerusform>%n fields have two values. Both are kept until somebody decides.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Counted</name>
    <message numerus="yes">
        <source>%n day(s) overdue</source>
        <translation>
            <numerusform>%n day overdue</numerusform>
            <numerusform>%n days overdue</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s) ago</source>
        <translation>
            <numerusform>%n min ago</numerusform>
            <numerusform>%n min ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s) ago</source>
        <translation>
            <numerusform>%n hour ago</numerusform>
            <numerusform>%n hours ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) ago</source>
        <translation>
            <numerusform>%n day ago</numerusform>
            <numerusform>%n days ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conflict(s)</source>
        <translation>
            <numerusform>%n conflict</numerusform>
            <numerusform>%n conflicts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>%n file</numerusform>
            <numerusform>%n files</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Words</name>
    <message numerus="yes">
        <source>and %n more to do</source>
        <translation>
            <numerusform>and %n more to do</numerusform>
            <numerusform>and %n more to do</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>No visit for %n day(s)</source>
        <translation>
            <numerusform>No visit for %n day</numerusform>
            <numerusform>No visit for %n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n promise(s) overdue</source>
        <translation>
            <numerusform>%n promise overdue</numerusform>
            <numerusform>%n promises overdue</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>“%1” should have closed %n day(s) ago</source>
        <translation>
            <numerusform>“%1” should have closed %n day ago</numerusform>
            <numerusform>“%1” should have closed %n days ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>“%1” ends in %n day(s)</source>
        <translation>
            <numerusform>“%1” ends in %n day</numerusform>
            <numerusform>“%1” ends in %n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n ticket(s) open</source>
        <translation>
            <numerusform>%n ticket open</numerusform>
            <numerusform>%n tickets open</numerusform>
        </translation>
    </message>
</context>
</TS>
